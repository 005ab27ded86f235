import { expect, test } from '@jest/globals';
import { DEFAULT_RESTART_POLICY, decideRestart } from './restart-policy.ts';

test('a single kill is answered at once and quietly', () => {
  expect(decideRestart(DEFAULT_RESTART_POLICY, 0, 60_000)).toEqual({ deaths: 1, delayMs: 100, loud: false });
});

test('the delay doubles from death to death and stays bounded', () => {
  const delays = [0, 1, 2, 3, 20].map((deaths) => decideRestart(DEFAULT_RESTART_POLICY, deaths, 10).delayMs);
  expect(delays).toEqual([100, 200, 400, 800, 5_000]);
});

test('a process that keeps dying is loud; one that lived long enough starts from the beginning', () => {
  expect(decideRestart(DEFAULT_RESTART_POLICY, 2, 10).loud).toBe(true);
  expect(decideRestart(DEFAULT_RESTART_POLICY, 9, 30_000)).toEqual({ deaths: 1, delayMs: 100, loud: false });
});
