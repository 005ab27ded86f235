import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ConcurrencyLimit } from './concurrency-limit.ts';

const options = { min: 4, max: 32, targetMs: 100 };

describe('a concurrency limit', () => {
  test('admits no more than the limit, and one more for each that leaves', () => {
    const limit = new ConcurrencyLimit(options);
    const first = enterAll(limit);
    expect(first).toBe(limit.limit);
    limit.leave(0, 10);
    expect(limit.tryEnter()).toBe(true);
    expect(limit.tryEnter()).toBe(false);
  });

  test('shrinks once for all late work that was admitted together, down to the minimum', () => {
    const limit = new ConcurrencyLimit(options);
    const count = enterAll(limit);
    for (let done = 0; done < count; done += 1) {
      limit.leave(0, 500);
    }
    expect(limit.limit).toBe(Math.floor(count * 0.8));
    for (let round = 1; round < 50; round += 1) {
      limit.tryEnter();
      limit.leave(round * 1000, round * 1000 + 500);
    }
    expect(limit.limit).toBe(options.min);
  });

  test('grows while it is used and work is in time, up to the maximum', () => {
    const limit = new ConcurrencyLimit(options);
    for (let round = 0; round < 200; round += 1) {
      const count = enterAll(limit);
      for (let done = 0; done < count; done += 1) {
        limit.leave(round, round + 10);
      }
    }
    expect(limit.limit).toBe(options.max);
  });

  test('does not grow while less than half of it is used', () => {
    const limit = new ConcurrencyLimit(options);
    const before = limit.limit;
    for (let round = 0; round < 1000; round += 1) {
      limit.tryEnter();
      limit.leave(round, round + 1);
    }
    expect(limit.limit).toBe(before);
  });

  test('stays between minimum and maximum whatever happens', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(300)), { maxLength: 300 }), (steps) => {
        const limit = new ConcurrencyLimit(options);
        const entered: number[] = [];
        let now = 0;
        for (const [enters, passed] of steps) {
          now += passed;
          if (enters && limit.tryEnter()) {
            entered.push(now);
          } else if (!enters && entered.length > 0) {
            limit.leave(entered.shift() ?? now, now);
          }
          expect(limit.limit).toBeGreaterThanOrEqual(options.min);
          expect(limit.limit).toBeLessThanOrEqual(options.max);
        }
      }),
    );
  });
});

function enterAll(limit: ConcurrencyLimit): number {
  let count = 0;
  while (limit.tryEnter()) {
    count += 1;
  }
  return count;
}
