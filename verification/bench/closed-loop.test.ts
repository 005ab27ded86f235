import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { bestConcurrency, closedLoop, type Throughput } from './closed-loop.ts';

function step(concurrency: number, orders_per_second: number): Throughput {
  return {
    concurrency,
    orders: 1,
    seconds: 1,
    orders_per_second,
    order_ms: null,
  };
}

test('no more orders are under way than asked for, and a new one begins as soon as one has ended', async () => {
  let underWay = 0;
  let most = 0;
  let begun = 0;
  const result = await closedLoop(
    async () => {
      begun += 1;
      underWay += 1;
      most = Math.max(most, underWay);
      await sleep(1);
      underWay -= 1;
    },
    3,
    0.2,
  );
  expect(most).toBe(3);
  expect(underWay).toBe(0);
  expect(begun).toBeGreaterThan(3);
  expect(result.orders).toBeGreaterThanOrEqual(begun - 3);
  expect(result.orders).toBeLessThanOrEqual(begun);
});

test('an order that fails fails the measurement', async () => {
  await expect(closedLoop(() => Promise.reject(new Error('declined')), 2, 1)).rejects.toThrow('declined');
});

test('the best concurrency is the least that brings nearly the most', () => {
  expect(bestConcurrency([step(1, 10), step(2, 19), step(4, 39), step(8, 40), step(16, 38)])).toBe(4);
});
