import { expect, test } from '@jest/globals';
import { RetrySlots } from './retry-slots.ts';

function refusedAt(slots: RetrySlots, now: number, count: number): readonly number[] {
  return Array.from({ length: count }, () => slots.secondsUntilSlot(now));
}

function servedWithin(slots: RetrySlots, from: number, count: number): void {
  for (let n = 0; n < count; n += 1) {
    slots.served(from + (n * 1_000) / count);
  }
}

test('requests that are refused together come back at half the rate of late', () => {
  const slots = new RetrySlots();
  servedWithin(slots, 0, 100);
  const seconds = refusedAt(slots, 1_000, 250);
  const returning = (second: number) => seconds.filter((wait) => wait === second).length;
  expect([returning(1), returning(2), returning(3), returning(4), returning(5)]).toEqual([0, 50, 50, 50, 50]);
  expect(Math.max(...seconds)).toBe(6);
});

test('a single refused request comes back soon, and so does one after a pause', () => {
  const slots = new RetrySlots();
  servedWithin(slots, 0, 100);
  expect(refusedAt(slots, 1_000, 500).at(-1)).toBe(11);
  servedWithin(slots, 30_000, 100);
  expect(refusedAt(slots, 31_000, 1)).toEqual([2]);
});

test('no client is sent away for longer than a minute, nor told to come back at once', () => {
  const slots = new RetrySlots();
  const seconds = refusedAt(slots, 0, 1_000);
  expect([Math.min(...seconds), Math.max(...seconds)]).toEqual([3, 60]);
});

test('the rate is that of the last two seconds', () => {
  const slots = new RetrySlots();
  servedWithin(slots, 0, 1_000);
  servedWithin(slots, 1_000, 10);
  servedWithin(slots, 2_000, 10);
  expect(refusedAt(slots, 3_000, 10).at(-1)).toBe(3);
});
