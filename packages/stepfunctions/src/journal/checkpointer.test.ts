import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { withFolder } from '../testing/fixtures.ts';
import { eventually } from '../testing/test-server.ts';
import { Checkpointer } from './checkpointer.ts';

const folder = withFolder();

test('a failed checkpoint is reported and tried again after a pause, and does not end the process', async () => {
  const file = join(folder.path, 'broken.sqlite');
  await writeFile(file, 'this is no database '.repeat(1_000));
  const reported: unknown[] = [];
  const checkpointer = new Checkpointer(file, (error) => reported.push(error), 30);
  checkpointer.written();
  expect(String(await eventually(() => reported[0]))).toMatch(/not a database/);
  // Nothing new was written, so this is the second attempt.
  expect(String(await eventually(() => reported[1]))).toMatch(/not a database/);
  await checkpointer.close();
});

test('a checkpointer that cannot open the file reports it and can be closed', async () => {
  const reported: unknown[] = [];
  const checkpointer = new Checkpointer(join(folder.path, 'no', 'such', 'folder'), (error) => reported.push(error), 30);
  checkpointer.written();
  expect(String(await eventually(() => reported[0]))).toMatch(/unable to open/);
  await checkpointer.close();
});
