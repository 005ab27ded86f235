import { mkdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from '@jest/globals';
import { withFolder } from '../testing/fixtures.ts';
import { eventually } from '../testing/test-server.ts';
import { JournalLockedError } from './data-lock.ts';
import { Database, JournalVersionError } from './database.ts';
import { ExecutionStore } from './execution-store.ts';
import { JournalFileError } from './journal-file-error.ts';

const folder = withFolder();

test('a transaction that throws leaves nothing behind, and the next one works', async () => {
  const db = new Database(folder.path, 'process');
  const insert = () => db.statement("INSERT INTO settings (name, value) VALUES ('a', '1')").run();
  expect(() =>
    db.transaction(() => {
      insert();
      throw new Error('no');
    }),
  ).toThrow('no');
  expect(db.statement('SELECT * FROM settings').all()).toEqual([]);
  db.transaction(insert);
  expect(db.statement('SELECT * FROM settings').all()).toHaveLength(1);
  await db.close();
});

test('a data folder that another engine has open is refused with JournalLockedError, and is free after its close', async () => {
  const first = new Database(folder.path, 'process');
  expect(() => new Database(folder.path, 'process')).toThrow(JournalLockedError);
  await first.close();
  await new Database(folder.path, 'process').close();
});

test('a journal of an unknown version is refused with JournalVersionError', async () => {
  await new Database(folder.path, 'process').close();
  const raw = new DatabaseSync(join(folder.path, 'stepfunctions.sqlite'));
  raw.exec('PRAGMA user_version = 99');
  raw.close();
  expect(() => new Database(folder.path, 'process')).toThrow(JournalVersionError);
});

test.each([
  ['is no database', (file: string) => writeFile(file, 'x'.repeat(8_192)), 'move it away'],
  ['was cut in its first page', (file: string) => truncate(file, 1_000), 'move it away'],
  ['is a folder', (file: string) => mkdir(file), 'name another by --data'],
])('a journal that %s is refused with the file, the cause and the mend', async (_what, damage, mend) => {
  const file = join(folder.path, 'stepfunctions.sqlite');
  await new Database(folder.path, 'process').close();
  if (mend.startsWith('name')) {
    await rm(file);
  }
  await damage(file);
  const refused = refusalOf(folder.path);
  expect(refused).toBeInstanceOf(JournalFileError);
  expect(String(refused)).toContain(`The journal ${file} cannot be used: `);
  expect(String(refused)).toContain(mend);
  // The folder is free again, for the engine that is started once it is mended.
  await rm(file, { recursive: true });
  await new Database(folder.path, 'process').close();
});

test('a data folder behind a file is refused with the cause and the mend', async () => {
  await writeFile(join(folder.path, 'file'), '');
  expect(String(refusalOf(join(folder.path, 'file', 'data')))).toMatch(
    /cannot be used: ENOTDIR.*name another by --data/,
  );
});

function refusalOf(folder: string): unknown {
  try {
    new Database(folder, 'process');
  } catch (error) {
    return error;
  }
  throw new Error('The damaged journal was opened.');
}

test('checkpoints copy the write-ahead log into the file while the journal is in use', async () => {
  const db = new Database(folder.path, 'process');
  const size = async (): Promise<number> => (await stat(join(folder.path, 'stepfunctions.sqlite'))).size;
  const before = await size();
  db.transaction(() => db.statement("INSERT INTO settings (name, value) VALUES ('big', ?)").run('x'.repeat(1_000_000)));
  await eventually(async () => ((await size()) > before + 900_000 ? true : undefined));
  await db.close();
});

test('a journal of version 1 is migrated: a job of a waiting task is still awaited', async () => {
  await new Database(folder.path, 'process').close();
  const raw = new DatabaseSync(join(folder.path, 'stepfunctions.sqlite'));
  raw.exec(`
    DROP INDEX executions_awaited;
    ALTER TABLE executions DROP COLUMN parent_waits;
    PRAGMA user_version = 1;
    INSERT INTO executions (id, arn, name, state_machine, revision, status, input, started_at, parent, parent_task) VALUES
      (1, 'arn:1', 'child', 1, 1, 'RUNNING', '{}', 0, 7, 'task-3'),
      (2, 'arn:2', 'other', 1, 1, 'RUNNING', '{}', 0, NULL, NULL);
  `);
  raw.close();
  const db = new Database(folder.path, 'process');
  const executions = new ExecutionStore(db);
  expect(executions.awaited()).toEqual([1]);
  expect(executions.findById(1)).toMatchObject({ parent: { execution: 7, taskId: 'task-3', waits: true } });
  await db.close();
});
