import { expect, test } from '@jest/globals';
import { StartSpike } from './start-spike.ts';

const MANY_WAIT = 100;

/** Starts at a steady rate from one time to another; answers the time of the last start. */
function startSteadily(spike: StartSpike, from: number, to: number, perSecond: number): number {
  const pauseMs = 1_000 / perSecond;
  let at = from;
  for (; at + pauseMs <= to; at += pauseMs) {
    spike.started(at);
  }
  return at;
}

test('starts that come faster than work goes are a spike, until they stop', () => {
  const spike = new StartSpike();
  const last = startSteadily(spike, 0, 2_000, 200);
  expect(spike.goesOn(last, MANY_WAIT)).toBe(true);
  expect(spike.goesOn(last + 500, MANY_WAIT)).toBe(false);
});

test('the same starts are no spike where work keeps up with them', () => {
  const spike = new StartSpike();
  const last = startSteadily(spike, 0, 2_000, 200);
  expect(spike.goesOn(last, 49)).toBe(false);
  expect(spike.goesOn(last, 50)).toBe(true);
});

test('a steady load and a short burst are no spike', () => {
  const steady = new StartSpike();
  expect(steady.goesOn(startSteadily(steady, 0, 20_000, 25), MANY_WAIT)).toBe(false);
  const burst = new StartSpike();
  for (let n = 0; n < 10; n += 1) {
    burst.started(0);
  }
  expect(burst.goesOn(0, MANY_WAIT)).toBe(false);
});

test('a spike that does not end is the usual load after half a minute, until the backlog was worked off', () => {
  const spike = new StartSpike();
  const begin = startSteadily(spike, 0, 1_000, 200);
  expect(spike.goesOn(begin, MANY_WAIT)).toBe(true);
  const later = startSteadily(spike, begin, begin + 30_000, 200);
  expect(spike.goesOn(begin + 29_999, MANY_WAIT)).toBe(true);
  expect(spike.goesOn(begin + 30_000, MANY_WAIT)).toBe(false);
  expect(spike.goesOn(later, 10)).toBe(false);
  const next = startSteadily(spike, later + 60_000, later + 61_000, 200);
  expect(spike.goesOn(next, MANY_WAIT)).toBe(true);
});
