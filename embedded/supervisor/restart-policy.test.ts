import { expect, test } from '@jest/globals';
import { RestartBackoff } from './restart-policy.ts';

test('a process killed once is restarted at once and quietly', () => {
  expect(new RestartBackoff().afterDeath(60_000)).toEqual({ deaths: 1, delayMs: 100, isLoud: false });
});

test('the restart delay doubles from death to death up to five seconds', () => {
  const backoff = new RestartBackoff();
  const delays = Array.from({ length: 21 }, () => backoff.afterDeath(10).delayMs);
  expect([...delays.slice(0, 4), delays.at(-1)]).toEqual([100, 200, 400, 800, 5_000]);
});

test('the third death in a row is loud, and a stable life starts the count again', () => {
  const backoff = new RestartBackoff();
  expect([1, 2, 3].map(() => backoff.afterDeath(10).isLoud)).toEqual([false, false, true]);
  expect(backoff.afterDeath(30_000)).toEqual({ deaths: 1, delayMs: 100, isLoud: false });
});
