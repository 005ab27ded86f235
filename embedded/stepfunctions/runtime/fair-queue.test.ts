import { expect, test } from '@jest/globals';
import { FairQueue } from './fair-queue.ts';

/** Jobs that end when they are told to. */
const jobs = () => {
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
};

test('no more jobs run at once than the limit', async () => {
  const queue = new FairQueue<string>({ most: 2 });
  const { started, job, end } = jobs();
  for (const id of ['a1', 'a2', 'a3']) queue.add('a', id, job(id));
  expect(started).toEqual(['a1', 'a2']);
  await end('a1');
  expect(started).toEqual(['a1', 'a2', 'a3']);
});

test('an owner with many jobs does not hold up one that comes later with one', async () => {
  const queue = new FairQueue<string>({ most: 1 });
  const { started, job, end } = jobs();
  for (const id of ['a1', 'a2', 'a3']) queue.add('a', id, job(id));
  queue.add('b', 'b1', job('b1'));
  expect(queue.ownersWaiting).toBe(2);
  await end('a1');
  await end('a2');
  expect(started).toEqual(['a1', 'a2', 'b1']);
});

test('a job that was taken out does not run', async () => {
  const queue = new FairQueue<string>({ most: 1 });
  const { started, job, end } = jobs();
  for (const id of ['a1', 'a2', 'a3']) queue.add('a', id, job(id));
  expect(queue.remove('a', 'a2')).toBe(true);
  expect(queue.remove('a', 'a1')).toBe(false);
  await end('a1');
  expect(started).toEqual(['a1', 'a3']);
  expect(queue.ownersWaiting).toBe(0);
});

test('jobs that wait for an answer that does not come leave their turn to others, up to the limit', async () => {
  const queue = new FairQueue<string>({ most: 3, mostBusy: 1, busyMilliseconds: 20 });
  const { started, job, end } = jobs();
  for (const id of ['a1', 'a2', 'a3', 'a4']) queue.add('a', id, job(id));
  expect(started).toEqual(['a1']);
  await until(() => started.length === 3);
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(started).toEqual(['a1', 'a2', 'a3']);
  await end('a2');
  expect(started).toEqual(['a1', 'a2', 'a3', 'a4']);
});

test('a job that ends early is counted out once', async () => {
  const queue = new FairQueue<string>({ most: 9, mostBusy: 1, busyMilliseconds: 300 });
  const { started, job, end } = jobs();
  for (const id of ['a1', 'a2', 'a3']) queue.add('a', id, job(id));
  await until(() => started.length === 2);
  await end('a1');
  expect(started).toEqual(['a1', 'a2']);
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 1));
}
