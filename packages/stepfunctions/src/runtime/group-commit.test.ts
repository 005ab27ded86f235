import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { Database } from '../journal/database.ts';
import { GroupCommit } from './group-commit.ts';

let db: Database;

beforeEach(() => {
  db = new Database(':memory:', 'process');
});

afterEach(() => db.close());

function insert(name: string) {
  return () => {
    db.statement('INSERT INTO settings (name, value) VALUES (?, 1)').run(name);
  };
}
function names() {
  return db
    .statement('SELECT name FROM settings ORDER BY name')
    .all()
    .map(({ name }) => name);
}

test('a group commit writes nothing before the group, and then all of it', async () => {
  const commits = new GroupCommit(db);
  const written = [commits.add(insert('a')), commits.add(insert('b'))];
  expect(names()).toEqual([]);
  await Promise.all(written);
  expect(names()).toEqual(['a', 'b']);
});

test('a write that fails in a group commit fails alone', async () => {
  const commits = new GroupCommit(db);
  const results = await Promise.allSettled([
    commits.add(insert('a')),
    commits.add(() => {
      insert('half')();
      throw new Error('cannot be written');
    }),
    commits.add(insert('b')),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(names()).toEqual(['a', 'b']);
});

test('writes that fail in one group are each told their own error', async () => {
  const commits = new GroupCommit(db);
  const failing = (why: string) =>
    commits.add(() => {
      throw new Error(why);
    });
  const results = await Promise.allSettled([failing('first'), failing('second')]);
  expect(results).toEqual([
    { status: 'rejected', reason: new Error('first') },
    { status: 'rejected', reason: new Error('second') },
  ]);
});

test('a write that fails on its own is told why, is tried once, and later writes are committed', async () => {
  const commits = new GroupCommit(db);
  let tries = 0;
  const write = commits.add(() => {
    tries += 1;
    throw new Error('cannot be written');
  });
  await expect(write).rejects.toThrow('cannot be written');
  expect(tries).toBe(1);
  await commits.add(insert('a'));
  expect(names()).toEqual(['a']);
});

test('a write that is added during a transaction is committed by the next one', async () => {
  const commits = new GroupCommit(db);
  let later: Promise<void> | undefined;
  await commits.add(() => {
    later = commits.add(insert('later'));
    insert('first')();
  });
  expect(names()).toEqual(['first']);
  await later;
  expect(names()).toEqual(['first', 'later']);
});

test('a flush commits what waits, at once', async () => {
  const commits = new GroupCommit(db);
  const written = commits.add(insert('a'));
  commits.flush();
  expect(names()).toEqual(['a']);
  await written;
});

test('writes that wait together share one transaction, and where nothing waits none is begun', async () => {
  const commits = new GroupCommit(db);
  const transactions = jest.spyOn(db, 'transaction');
  const turns = jest.spyOn(globalThis, 'setImmediate');
  await Promise.all([commits.add(insert('a')), commits.add(insert('b')), commits.add(insert('c'))]);
  expect(turns).toHaveBeenCalledTimes(1);
  turns.mockRestore();
  expect(transactions).toHaveBeenCalledTimes(1);
  await commits.add(insert('d'));
  expect(transactions).toHaveBeenCalledTimes(2);
  const flushed = commits.add(insert('e'));
  commits.flush();
  await flushed;
  await new Promise((done) => setImmediate(done));
  expect(transactions).toHaveBeenCalledTimes(3);
});

test('a write that comes right after a flush is committed as well', async () => {
  const commits = new GroupCommit(db);
  const flushed = commits.add(insert('a'));
  commits.flush();
  await Promise.all([flushed, commits.add(insert('b'))]);
  expect(names()).toEqual(['a', 'b']);
});
