import { expect, test } from '@jest/globals';
import { CONFLICT_RETRIES, RowConflict, retryOnConflict } from './retry-on-conflict.ts';
import { Contention, DeadlineExceeded } from './service-error.ts';

const never = new AbortController().signal;
const quick = { attempts: 3, firstDelayMs: 1, longestDelayMs: 1 };

test('two conflicts in a row are retried, and the third attempt decides', async () => {
  let attempts = 0;
  const answer = await retryOnConflict(
    async () => {
      attempts++;
      if (attempts < 3) {
        throw new RowConflict('changed');
      }
      return attempts;
    },
    never,
    quick,
  );
  expect(answer).toBe(3);
});

test('a lasting conflict ends after the last attempt as Contention, with the conflict as its cause', async () => {
  let attempts = 0;
  const conflict = new RowConflict('changed');
  const always = () => {
    attempts++;
    return Promise.reject(conflict);
  };
  const failure = await retryOnConflict(always, never, quick).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Contention);
  expect(failure).toMatchObject({ cause: conflict });
  expect(attempts).toBe(3);
});

test('an error other than a conflict is not retried', async () => {
  let attempts = 0;
  const defect = new Error('RowConflict is only in my message');
  const fails = () => {
    attempts++;
    return Promise.reject(defect);
  };
  await expect(retryOnConflict(fails, never, quick)).rejects.toBe(defect);
  expect(attempts).toBe(1);
});

test('a call whose deadline passed makes no attempt, nor another one after a conflict', async () => {
  const caller = new AbortController();
  const deadline = new DeadlineExceeded();
  let attempts = 0;
  const overtaken = () => {
    attempts++;
    caller.abort(deadline);
    return Promise.reject(new RowConflict('changed'));
  };
  await expect(retryOnConflict(overtaken, caller.signal, quick)).rejects.toBeDefined();
  expect(attempts).toBe(1);
  await expect(retryOnConflict(overtaken, caller.signal, quick)).rejects.toBe(deadline);
  expect(attempts).toBe(1);
});

test('all delays together stay below the deadline of a call', () => {
  const { attempts, firstDelayMs, longestDelayMs } = CONFLICT_RETRIES;
  const delays = Array.from({ length: attempts - 1 }, (_, retry) =>
    Math.min(firstDelayMs * 2 ** retry, longestDelayMs),
  );
  const longestMs = delays.reduce((sum, delay) => sum + delay, 0);
  expect(longestMs).toBeGreaterThan(1_000);
  expect(longestMs).toBeLessThan(3_000);
});
