import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { eventually } from '../testing/test-server.ts';
import { FairQueue } from './fair-queue.ts';

/** Jobs that the test ends. */
function jobs() {
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  const job = (id: string) => () => {
    started.push(id);
    return new Promise<void>((resolve) => ends.set(id, resolve));
  };
  const end = async (id: string): Promise<void> => {
    ends.get(id)?.();
    await new Promise((done) => setImmediate(done));
  };
  return { started, job, end };
}

test('a fair queue runs no more jobs at once than its limit', async () => {
  const queue = new FairQueue<string>({ most: 2 });
  const { started, job, end } = jobs();
  for (const id of ['a1', 'a2', 'a3']) {
    queue.add('a', id, job(id));
  }
  expect(started).toEqual(['a1', 'a2']);
  await end('a1');
  expect(started).toEqual(['a1', 'a2', 'a3']);
});

test('an owner with many jobs does not block a later owner with one job', async () => {
  const queue = new FairQueue<string>({ most: 1 });
  const { started, job, end } = jobs();
  for (const id of ['a1', 'a2', 'a3']) {
    queue.add('a', id, job(id));
  }
  queue.add('b', 'b1', job('b1'));
  expect(queue.ownersWaiting).toBe(2);
  await end('a1');
  await end('a2');
  expect(started).toEqual(['a1', 'a2', 'b1']);
});

test('the oldest owner’s job runs first', async () => {
  const queue = new FairQueue<string>({ most: 1 });
  const { started, job, end } = jobs();
  const steps = (owner: string, age: number) => (step: number) =>
    queue.add(owner, `${owner}${step}`, job(`${owner}${step}`), age);
  const [old, young] = [steps('old', 1), steps('young', 2)];
  young(1);
  old(1);
  young(2);
  await end('young1');
  expect(started).toEqual(['young1', 'old1']);
  old(2);
  await end('old1');
  expect(started).toEqual(['young1', 'old1', 'old2']);
});

test('old owners with endless work do not starve a young one', async () => {
  const queue = new FairQueue<string>({ most: 1 });
  const started: string[] = [];
  const endless = (owner: string, age: number): void =>
    queue.add(
      owner,
      String(started.length),
      async () => {
        started.push(owner);
        await Promise.resolve();
        if (started.length < 40) {
          endless(owner, age);
        }
      },
      age,
    );
  for (const [age, owner] of ['old', 'older', 'young'].entries()) {
    endless(owner, age);
  }
  await eventually(() => started.length >= 40 || undefined);
  expect(started.indexOf('young')).toBeLessThan(10);
});

test('every job runs once, in whatever order jobs are added, end and are removed', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ owner: fc.nat(4), age: fc.nat(3), ends: fc.boolean(), goes: fc.boolean() })),
      async (moves) => {
        const queue = new FairQueue<number>({ most: 2 });
        const { started, job, end } = jobs();
        const removed: string[] = [];
        for (const [index, { owner, age, ends, goes }] of moves.entries()) {
          const id = String(index);
          queue.add(owner, id, job(id), age);
          if (goes && queue.remove(owner, id)) {
            removed.push(id);
          }
          if (ends) {
            for (const running of [...started]) {
              await end(running);
            }
          }
        }
        while (queue.ownersWaiting > 0) {
          for (const running of [...started]) {
            await end(running);
          }
        }
        expect([...started, ...removed].sort()).toEqual(moves.map((_, index) => String(index)).sort());
      },
    ),
    { numRuns: 50 },
  );
});

test('a removed job does not run', async () => {
  const queue = new FairQueue<string>({ most: 1 });
  const { started, job, end } = jobs();
  for (const id of ['a1', 'a2', 'a3']) {
    queue.add('a', id, job(id));
  }
  expect(queue.remove('a', 'a2')).toBe(true);
  expect(queue.remove('a', 'a1')).toBe(false);
  await end('a1');
  expect(started).toEqual(['a1', 'a3']);
  expect(queue.ownersWaiting).toBe(0);
});

test('owners whose jobs were removed do not stand in the way of those that wait, however many they were', async () => {
  const queue = new FairQueue<string>({ most: 1 });
  const { started, job, end } = jobs();
  queue.add('first', 'first', job('first'), 0);
  for (let index = 0; index < 200; index += 1) {
    queue.add(`gone${index}`, `gone${index}`, job(`gone${index}`), index);
    if (index % 50 !== 0) {
      expect(queue.remove(`gone${index}`, `gone${index}`)).toBe(true);
    }
  }
  expect(queue.remove('nobody', 'nothing')).toBe(false);
  expect(queue.ownersWaiting).toBe(4);
  for (const id of ['first', 'gone0', 'gone50', 'gone100']) {
    await end(id);
  }
  expect(started).toEqual(['first', 'gone0', 'gone50', 'gone100', 'gone150']);
});

test('a closed queue starts nothing more: neither what waits nor what comes', async () => {
  const queue = new FairQueue<string>({ most: 1 });
  const { started, job, end } = jobs();
  for (const id of ['a1', 'a2']) {
    queue.add('a', id, job(id));
  }
  queue.close();
  queue.add('a', 'a3', job('a3'));
  await end('a1');
  queue.add('b', 'b1', job('b1'));
  expect(started).toEqual(['a1']);
  expect([queue.running, queue.ownersWaiting]).toEqual([0, 0]);
});

test('jobs that wait for a slow answer make room for others, up to the limit', async () => {
  const queue = new FairQueue<string>({ most: 3, mostBusy: 1, busyMs: 20 });
  const { started, job, end } = jobs();
  for (const id of ['a1', 'a2', 'a3', 'a4']) {
    queue.add('a', id, job(id));
  }
  expect(started).toEqual(['a1']);
  await eventually(() => started.length === 3 || undefined);
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(started).toEqual(['a1', 'a2', 'a3']);
  await end('a2');
  expect(started).toEqual(['a1', 'a2', 'a3', 'a4']);
});

test('a job that ends early is counted as ended only once', async () => {
  const queue = new FairQueue<string>({ most: 9, mostBusy: 1, busyMs: 300 });
  const { started, job, end } = jobs();
  for (const id of ['a1', 'a2', 'a3']) {
    queue.add('a', id, job(id));
  }
  await eventually(() => started.length === 2 || undefined);
  await end('a1');
  expect(started).toEqual(['a1', 'a2']);
});

test('during a spike of starts fewer busy jobs run, and soon after it as many as usual', async () => {
  const queue = new FairQueue<string>({ most: 8, mostBusy: 4, mostBusyInSpike: 1 });
  const { started, job, end } = jobs();
  for (let n = 0; n < 100; n += 1) {
    queue.noteStart();
    queue.add(`owner ${n}`, `job ${n}`, job(`job ${n}`), n);
  }
  expect(started).toHaveLength(4);
  for (const id of started.slice()) {
    await end(id);
  }
  expect(started).toHaveLength(5);
  // Half a second later the four count as waiting, and further jobs start.
  await eventually(() => (started.length >= 8 ? started : undefined));
  queue.close();
});

test('a spike during which no busy job runs ends by itself, with all jobs done', async () => {
  const queue = new FairQueue<string>({ most: 8, mostBusy: 4, mostBusyInSpike: 0 });
  let done = 0;
  const job = async (): Promise<void> => {
    await new Promise((next) => setImmediate(next));
    done += 1;
  };
  for (let n = 0; n < 100; n += 1) {
    queue.noteStart();
    queue.add(`owner ${n}`, `job ${n}`, job, n);
  }
  await new Promise((next) => setTimeout(next, 50));
  expect(done).toBeLessThanOrEqual(60);
  await eventually(() => (done === 100 ? done : undefined));
  queue.close();
});
