import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { eventually } from '../testing/test-server.ts';
import { Checkpointer } from './checkpointer.ts';

let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'checkpointer-'));
});

afterEach(() => rm(dataDir, { recursive: true }));

test('a failed checkpoint is reported and tried again after a pause, and does not end the process', async () => {
  const file = join(dataDir, 'broken.sqlite');
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
  const checkpointer = new Checkpointer(join(dataDir, 'no', 'such', 'folder'), (error) => reported.push(error), 30);
  checkpointer.written();
  expect(String(await eventually(() => reported[0]))).toMatch(/unable to open/);
  await checkpointer.close();
});
