import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Journal } from '../journal/journal.ts';
import { errorLog } from '../testing/test-loggers.ts';
import { eventually } from '../testing/test-server.ts';
import { DueTimers } from './due-timers.ts';

let journal: Journal;
let timers: DueTimers | undefined;

beforeEach(() => {
  journal = new Journal(':memory:', 'process');
});

afterEach(() => {
  timers?.stop();
  return journal.close();
});

test('timers that cannot fire on a full disk are tried again with backoff, and fire once it has room', async () => {
  const { logger, errors } = errorLog();
  const fired: number[] = [];
  let isFull = true;
  journal.states.insert(1, '{}', { dueAt: Date.now() - 1, tasksOut: 0 });
  timers = new DueTimers(
    journal.states,
    async (id) => {
      if (isFull) {
        throw new Error('database or disk is full');
      }
      journal.states.update(id, '{}', { dueAt: undefined, tasksOut: 0 });
      fired.push(id);
      return true;
    },
    logger,
  );
  journal.database.statement('PRAGMA query_only = ON').run();
  await timers.fire();
  await new Promise((done) => setTimeout(done, 400));
  expect(errors.length).toBeGreaterThan(0);
  expect(errors.length).toBeLessThan(6);
  isFull = false;
  journal.database.statement('PRAGMA query_only = OFF').run();
  await eventually(() => fired[0]);
});
