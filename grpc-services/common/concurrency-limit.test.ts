import { expect, test } from '@jest/globals';
import { createConcurrencyLimit } from './concurrency-limit.ts';
import { DeadlineExceeded, Overloaded } from './service-error.ts';

const never = new AbortController().signal;

/** Work that takes a place under the limit until `finish`. */
function longWork() {
  const { promise, resolve } = Promise.withResolvers<string>();
  return { work: () => promise, finish: () => resolve('done') };
}

test('work whose deadline passes in the queue ends with that deadline, and never starts', async () => {
  const limit = createConcurrencyLimit({ concurrent: 1, queued: 1 });
  const long = longWork();
  const first = limit.run(long.work, never);
  const caller = new AbortController();
  let starts = 0;
  const queued = limit.run(async () => ++starts, caller.signal);
  const deadline = new DeadlineExceeded();
  caller.abort(deadline);
  long.finish();
  await expect(queued).rejects.toBe(deadline);
  expect(await first).toBe('done');
  expect(await limit.run(async () => 'next', never)).toBe('next');
  expect(starts).toBe(0);
});

test('work beyond the limit and its queue is refused, and the queue is worked off in order', async () => {
  const limit = createConcurrencyLimit({ concurrent: 1, queued: 2 });
  const long = longWork();
  const order: string[] = [];
  const noted = (name: string) => async () => void order.push(name);
  const first = limit.run(long.work, never);
  const queued = [limit.run(noted('second'), never), limit.run(noted('third'), never)];
  await expect(limit.run(noted('fourth'), never)).rejects.toBeInstanceOf(Overloaded);
  long.finish();
  await Promise.all([first, ...queued]);
  expect(order).toEqual(['second', 'third']);
});

test('a limit without a queue refuses what it cannot start at once', async () => {
  const limit = createConcurrencyLimit({ concurrent: 1, queued: 0 });
  const long = longWork();
  const first = limit.run(long.work, never);
  await expect(limit.run(async () => 'second', never)).rejects.toBeInstanceOf(Overloaded);
  long.finish();
  expect(await first).toBe('done');
});

test('work that fails keeps its error, and frees its place', async () => {
  const limit = createConcurrencyLimit({ concurrent: 1, queued: 0 });
  const defect = new TypeError('a defect');
  for (let failures = 0; failures < 2; failures++) {
    await expect(limit.run(() => Promise.reject(defect), never)).rejects.toBe(defect);
  }
  expect(await limit.run(async () => 'fine', never)).toBe('fine');
});
