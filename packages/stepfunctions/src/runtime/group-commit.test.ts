import { afterEach, beforeEach, expect, test } from '@jest/globals';
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
