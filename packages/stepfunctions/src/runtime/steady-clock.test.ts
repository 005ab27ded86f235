import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { SteadyClock } from './steady-clock.ts';

const HOUR_MS = 3_600_000;
let clock: SteadyClock;

beforeEach(() => {
  jest.useFakeTimers();
  clock = new SteadyClock();
});

afterEach(() => {
  jest.useRealTimers();
});

function setMachineBy(ms: number): void {
  jest.setSystemTime(Date.now() + ms);
}

test('time goes on at its pace while the machine’s clock is behind, and is the machine’s again once that has caught up', () => {
  jest.advanceTimersByTime(1_000);
  const before = clock.now();
  expect(before).toBe(Date.now());
  setMachineBy(-HOUR_MS);
  expect(clock.now()).toBe(before);
  jest.advanceTimersByTime(7_000);
  expect(clock.now()).toBe(before + 7_000);
  jest.advanceTimersByTime(2 * HOUR_MS);
  expect(clock.now() - before).toBe(2 * HOUR_MS + 7_000);
  setMachineBy(HOUR_MS + 1);
  expect(clock.now()).toBe(Date.now());
});

test('a clock that is set ahead is followed, and set back from there it is not', () => {
  setMachineBy(HOUR_MS);
  const ahead = clock.now();
  expect(ahead).toBe(Date.now());
  setMachineBy(-HOUR_MS);
  jest.advanceTimersByTime(10);
  expect(clock.now()).toBe(ahead + 10);
});

test('it answers whole milliseconds', async () => {
  jest.useRealTimers();
  const real = new SteadyClock();
  for (let read = 0; read < 100; read += 1) {
    expect(Number.isInteger(real.now())).toBe(true);
  }
});
