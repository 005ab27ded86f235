import { afterEach, expect, jest, test } from '@jest/globals';
import { eventuallySucceeds } from '../../embedded/eventually.ts';
import { createCircuitBreaker } from './circuit-breaker.ts';

const unanswered = new Error('no answer');
const refused = new Error('out of stock');
function circuit(halfOpenAfterMs: number, maxConcurrentCalls = 10) {
  return createCircuitBreaker({
    maxConcurrentCalls,
    failuresToOpen: 2,
    halfOpenAfterMs,
    isUnanswered: (error) => error === unanswered,
    code: 'INVENTORY_UNAVAILABLE',
    service: 'the inventory',
  });
}

afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

test('a service that does not reply opens the circuit, and is not called again', async () => {
  const run = circuit(60_000);
  let asked = 0;
  const ask = () =>
    run(async () => {
      asked += 1;
      throw unanswered;
    });
  await expect(ask()).rejects.toBe(unanswered);
  await expect(ask()).rejects.toBe(unanswered);
  await expect(ask()).rejects.toMatchObject({ name: 'RetryableError', code: 'INVENTORY_UNAVAILABLE' });
  expect(asked).toBe(2);
});

test('a service that refuses does not open the circuit', async () => {
  const run = circuit(60_000);
  for (let time = 0; time < 5; time += 1) {
    await expect(
      run(async () => {
        throw refused;
      }),
    ).rejects.toBe(refused);
  }
  await expect(run(async () => 'answer')).resolves.toBe('answer');
});

test('a service that replies again closes the circuit', async () => {
  const run = circuit(1);
  const fail = () =>
    run(async () => {
      throw unanswered;
    });
  await expect(fail()).rejects.toBe(unanswered);
  await expect(fail()).rejects.toBe(unanswered);
  await expect(eventuallySucceeds(() => run(async () => 'answer'))).resolves.toBe('answer');
});

test('an open circuit lets one probe through after about half a second, and later ones after up to five seconds', async () => {
  jest.useFakeTimers();
  jest.spyOn(Math, 'random').mockReturnValue(0.5);
  let asked = 0;
  // The defaults, as in production.
  const run = createCircuitBreaker({
    maxConcurrentCalls: 10,
    isUnanswered: (error) => error === unanswered,
    code: 'INVENTORY_UNAVAILABLE',
    service: 'the inventory',
  });
  const ask = () =>
    run(async () => {
      asked += 1;
      throw unanswered;
    }).catch(() => undefined);
  for (let call = 0; call < 8; call += 1) {
    await ask();
  }
  expect(asked).toBe(5);

  const pauses: number[] = [];
  let since = Date.now();
  while (pauses.length < 8) {
    jest.setSystemTime(Date.now() + 10);
    const before = asked;
    await Promise.all([ask(), ask(), ask()]);
    if (asked === before) {
      continue;
    }
    expect(asked).toBe(before + 1);
    pauses.push(Date.now() - since);
    since = Date.now();
  }
  expect(pauses[0]).toBeGreaterThanOrEqual(400);
  expect(pauses[0]).toBeLessThanOrEqual(600);
  expect(pauses).toEqual(pauses.toSorted((one, other) => one - other));
  expect(pauses.slice(-2)).toEqual([5_000, 5_000]);
});

test('the bulkhead refuses calls to a slow service beyond those that run and wait', async () => {
  const run = circuit(60_000, 1);
  let answer = (): void => {};
  const slow = new Promise<string>((resolve) => {
    answer = () => resolve('late');
  });
  const running = run(() => slow);
  const waiting = run(() => slow);
  await expect(run(() => slow)).rejects.toMatchObject({ name: 'RetryableError', message: /too many calls/ });
  answer();
  await expect(Promise.all([running, waiting])).resolves.toEqual(['late', 'late']);
});
