import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { Journal } from '../journal/journal.ts';
import { errorLog, SILENT_LOGGER } from '../testing/test-loggers.ts';
import { DueTimers } from './due-timers.ts';
import { SteadyClock } from './steady-clock.ts';

let journal: Journal;
let timers: DueTimers;
let fired: number[];
/** Executions whose timers cannot fire. */
let stuck: ReadonlySet<number>;
/** Whether their steps fail; otherwise they change nothing. */
let doFail: boolean;

beforeEach(() => {
  jest.useFakeTimers();
  journal = new Journal(':memory:', 'process');
  fired = [];
  stuck = new Set();
  doFail = false;
  timers = timersOf(SILENT_LOGGER);
});

afterEach(async () => {
  timers.stop();
  jest.useRealTimers();
  await journal.close();
});

/** Timers that are due no more once they have fired. */
function timersOf(logger: ConstructorParameters<typeof DueTimers>[2]): DueTimers {
  return new DueTimers(
    journal.states,
    async (id) => {
      fired.push(id);
      if (stuck.has(id) && doFail) {
        throw new Error('the core failed');
      }
      if (stuck.has(id)) {
        return false;
      }
      journal.states.update(id, '{}', { dueAt: undefined, tasksOut: 0 });
      return true;
    },
    logger,
    new SteadyClock(),
  );
}

/** Stores an execution that is due in so many milliseconds. */
function due(id: number, inMs: number): void {
  journal.states.insert(id, '{}', { dueAt: Date.now() + inMs, tasksOut: 0 });
}

test('timers that cannot fire on a full disk are tried again with backoff, and fire once it has room', async () => {
  const { logger, errors, fields } = errorLog();
  timers = timersOf(logger);
  due(1, -1);
  stuck = new Set([1]);
  journal.database.statement('PRAGMA query_only = ON').run();
  await timers.fire();
  const pauses: number[] = [];
  for (let failures = errors.length; pauses.length < 9; failures = errors.length) {
    let pause = 0;
    for (; errors.length === failures; pause += 50) {
      await jest.advanceTimersByTimeAsync(50);
    }
    pauses.push(pause);
  }
  expect(pauses).toEqual([100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000]);
  journal.database.statement('PRAGMA query_only = OFF').run();
  stuck = new Set();
  await jest.advanceTimersByTimeAsync(10_000);
  expect(journal.states.nextDue()).toBeUndefined();
  expect(errors).toEqual(Array.from({ length: 10 }, () => 'timers could not be fired'));
  expect(fields[1]).toEqual({ err: expect.any(Error), againInMs: 200 });
  due(2, -1);
  stuck = new Set([2]);
  journal.database.statement('PRAGMA query_only = ON').run();
  await timers.fire();
  await jest.advanceTimersByTimeAsync(100);
  expect(errors).toHaveLength(12);
});

test('a timer fires on time though the clock was set back, one that was set before as well as one that is set now', async () => {
  due(1, 12_000);
  due(2, 3_600_000);
  await timers.fire();
  await jest.advanceTimersByTimeAsync(5_000);
  jest.setSystemTime(Date.now() - 3_600_000);
  await jest.advanceTimersByTimeAsync(6_999);
  expect(fired).toEqual([]);
  await jest.advanceTimersByTimeAsync(1);
  expect(fired).toEqual([1]);
  due(3, 3_600_000 + 1_000);
  await timers.fire();
  await jest.advanceTimersByTimeAsync(1_000);
  expect(fired).toEqual([1, 3]);
});

test('all due timers fire in one round, however many batches they are', async () => {
  for (let id = 1; id <= 1_001; id += 1) {
    due(id, -id);
  }
  due(2_000, 50);
  await timers.fire();
  expect(fired).toHaveLength(1_001);
  await jest.advanceTimersByTimeAsync(49);
  expect(fired).toHaveLength(1_001);
  await jest.advanceTimersByTimeAsync(1);
  expect(fired.at(-1)).toBe(2_000);
});

test.each([
  ['do not fire', false],
  ['fail', true],
])(
  'executions whose timers %s are tried again after a second, and keep nobody behind them waiting',
  async (_, fails) => {
    doFail = fails;
    stuck = new Set(Array.from({ length: 500 }, (_, index) => index + 1));
    for (const id of stuck) {
      due(id, -100);
    }
    due(501, 0);
    await timers.fire();
    expect(fired.filter((id) => id === 501)).toHaveLength(1);
    expect(fired).toHaveLength(501);
    stuck = new Set();
    await jest.advanceTimersByTimeAsync(999);
    expect(fired).toHaveLength(501);
    await jest.advanceTimersByTimeAsync(1);
    expect(fired).toHaveLength(1_001);
  },
);

test('an execution whose step fails is tried again like one that does not change', async () => {
  let fails = true;
  timers = new DueTimers(
    journal.states,
    async (id) => {
      fired.push(id);
      if (fails) {
        throw new Error('the core failed');
      }
      journal.states.update(id, '{}', { dueAt: undefined, tasksOut: 0 });
      return true;
    },
    SILENT_LOGGER,
    new SteadyClock(),
  );
  due(1, 0);
  await timers.fire();
  fails = false;
  await jest.advanceTimersByTimeAsync(1_000);
  expect(fired).toEqual([1, 1]);
});

test('a timer beyond 24.8 days, the longest delay of setTimeout, fires when it is due and not at once', async () => {
  const longestMs = 2 ** 31 - 1;
  const sleep = jest.spyOn(globalThis, 'setTimeout');
  due(1, longestMs + 1_000);
  timers.set(Date.now() + longestMs + 1_000);
  expect(sleep.mock.calls.map(([, delay]) => delay)).toEqual([longestMs]);
  await jest.advanceTimersByTimeAsync(longestMs + 999);
  expect(fired).toEqual([]);
  await jest.advanceTimersByTimeAsync(1);
  expect(fired).toEqual([1]);
});

test('the earliest of the set times counts, in whichever order they were set', async () => {
  due(1, 100);
  due(2, 200);
  timers.set(Date.now() + 200);
  timers.set(Date.now() + 100);
  timers.set(Date.now() + 300);
  expect(jest.getTimerCount()).toBe(1);
  await jest.advanceTimersByTimeAsync(100);
  expect(fired).toEqual([1]);
  await jest.advanceTimersByTimeAsync(100);
  expect(fired).toEqual([1, 2]);
});

test('two rounds never run at the same time', async () => {
  due(1, 0);
  const [first, second] = [timers.fire(), timers.fire()];
  expect(second).toBe(first);
  await first;
  expect(fired).toEqual([1]);
  due(2, 0);
  await timers.fire();
  expect(fired).toEqual([1, 2]);
});

test('stopped timers never fire, not even those that a round would have set', async () => {
  due(1, 0);
  due(2, 50);
  timers.set(Date.now() + 50);
  const round = timers.fire();
  timers.stop();
  timers.set(Date.now() + 50);
  await round;
  // One that is set would keep the process alive, although it fires nothing.
  expect(jest.getTimerCount()).toBe(0);
  await jest.advanceTimersByTimeAsync(10_000);
  expect(fired).toEqual([1]);
  expect(jest.getTimerCount()).toBe(0);
});

test('a timer that is due again at once after it has fired does not wait for a second', async () => {
  due(1, 0);
  timers = new DueTimers(
    journal.states,
    async (id, now) => {
      fired.push(id);
      journal.states.update(id, '{}', { dueAt: fired.length === 1 ? now : undefined, tasksOut: 0 });
      return true;
    },
    SILENT_LOGGER,
    new SteadyClock(),
  );
  await timers.fire();
  await jest.advanceTimersByTimeAsync(10);
  expect(fired).toEqual([1, 1]);
});

test('no round looks at the journal before the next timer is due', async () => {
  due(1, 1_000);
  const look = jest.spyOn(journal.states, 'due');
  await timers.fire();
  await jest.advanceTimersByTimeAsync(999);
  expect(look).toHaveBeenCalledTimes(1);
  await jest.advanceTimersByTimeAsync(1);
  expect(fired).toEqual([1]);
});

test('timers that are stopped while many fire begin no further batch', async () => {
  for (let id = 1; id <= 501; id += 1) {
    due(id, -1);
  }
  const round = timers.fire();
  timers.stop();
  await round;
  expect(fired).toHaveLength(500);
});

test('a round that fails after the timers were stopped is not tried again', async () => {
  due(1, -1);
  stuck = new Set([1]);
  journal.database.statement('PRAGMA query_only = ON').run();
  const round = timers.fire();
  timers.stop();
  await round;
  expect(jest.getTimerCount()).toBe(0);
});
