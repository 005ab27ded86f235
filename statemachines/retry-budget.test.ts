import { expect, test } from '@jest/globals';
import { retryBudget } from './retry-budget.ts';

test('a retry budget grows exponentially up to the cap', () => {
  const forward = { IntervalSeconds: 1, BackoffRate: 2, MaxAttempts: 6, MaxDelaySeconds: 8 };
  expect(retryBudget(forward, 15)).toEqual({ tries: 7, waiting: 31, longest: 136 });
  expect(retryBudget(forward, 10)).toEqual({ tries: 7, waiting: 31, longest: 101 });
  const patient = { IntervalSeconds: 1, BackoffRate: 2, MaxAttempts: 12, MaxDelaySeconds: 30 };
  expect(retryBudget(patient, 15)).toEqual({ tries: 13, waiting: 241, longest: 436 });
  expect(retryBudget(patient, 10)).toEqual({ tries: 13, waiting: 241, longest: 371 });
});

test("a retry budget uses AWS's defaults for missing fields", () => {
  expect(retryBudget({}, 1)).toEqual({ tries: 4, waiting: 7, longest: 11 });
});

test('a retry budget without attempts has no waits', () => {
  expect(retryBudget({ MaxAttempts: 0 }, 5)).toEqual({ tries: 1, waiting: 0, longest: 5 });
});
