import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Database, JournalLockedError, JournalVersionError } from './database.ts';

let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'journal-'));
});

afterEach(() => rm(dataDir, { recursive: true }));

test('a transaction that throws leaves nothing behind, and the next one works', () => {
  const db = new Database(dataDir, 'process');
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
  db.close();
});

test('two processes cannot write one journal', () => {
  const first = new Database(dataDir, 'process');
  first.transaction(() => first.statement("INSERT INTO settings (name, value) VALUES ('a', '1')").run());
  const second = new DatabaseSync(join(dataDir, 'stepfunctions.sqlite'), { timeout: 0 });
  expect(() => second.prepare('SELECT * FROM settings').all()).toThrow(/locked/);
  second.close();
  first.close();
});

test('a journal that another process holds is refused with a sentence that says so', () => {
  const holder = new DatabaseSync(join(dataDir, 'stepfunctions.sqlite'));
  holder.exec('PRAGMA locking_mode = EXCLUSIVE; CREATE TABLE held (x); INSERT INTO held VALUES (1)');
  expect(() => new Database(dataDir, 'process')).toThrow(JournalLockedError);
  holder.close();
});

test('a journal of another version is refused, not misread', () => {
  new Database(dataDir, 'process').close();
  const raw = new DatabaseSync(join(dataDir, 'stepfunctions.sqlite'));
  raw.exec('PRAGMA user_version = 99');
  raw.close();
  expect(() => new Database(dataDir, 'process')).toThrow(JournalVersionError);
});
