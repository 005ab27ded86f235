import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { followDeadline } from './call-deadline.ts';
import { CallCancelled, DeadlineExceeded } from './service-error.ts';

const START = Date.parse('2030-01-01T00:00:00Z');
const DAY_MS = 86_400_000;

beforeEach(() => {
  jest.useFakeTimers({ now: START });
});

afterEach(() => {
  jest.useRealTimers();
});

/** A call whose caller waits until `deadline`. */
class Call extends EventEmitter {
  readonly #deadline: Date | number;

  constructor(deadline: Date | number) {
    super();
    this.#deadline = deadline;
  }

  getDeadline(): Date | number {
    return this.#deadline;
  }
}

function follow(deadline: Date | number, defaultMs = 5_000) {
  const call = new Call(deadline);
  return { call, ...followDeadline(call, defaultMs, Date.now()) };
}

test('the end of the stream behind the answer is no cancellation', () => {
  const { call, signal, clear } = follow(START + 1_000);
  clear();
  call.emit('cancelled');
  jest.advanceTimersByTime(2_000);
  expect(signal.aborted).toBe(false);
});

describe('the deadline of a call', () => {
  test.each([
    ['a number', START + 1_000],
    ['a date', new Date(START + 1_000)],
  ])('that is %s ends the call then, not earlier', async (_what, deadline) => {
    const { signal, expired } = follow(deadline);
    jest.advanceTimersByTime(999);
    expect(signal.aborted).toBe(false);
    jest.advanceTimersByTime(1);
    expect(signal.reason).toBeInstanceOf(DeadlineExceeded);
    await expect(expired).rejects.toBe(signal.reason);
  });

  test('that is missing is the default of the service', () => {
    const { signal } = follow(Number.POSITIVE_INFINITY, 5_000);
    jest.advanceTimersByTime(4_999);
    expect(signal.aborted).toBe(false);
    jest.advanceTimersByTime(1);
    expect(signal.reason).toBeInstanceOf(DeadlineExceeded);
  });

  test.each([25, 365])('that is %i days away does not end the call at once', (days) => {
    const { signal, clear } = follow(START + days * DAY_MS);
    jest.advanceTimersByTime(24 * DAY_MS);
    expect(signal.aborted).toBe(false);
    clear();
  });

  test.each([0, -1])('that is %i ms away ends the call before any work starts', async (remaining) => {
    const { signal, expired } = follow(START + remaining);
    expect(signal.reason).toBeInstanceOf(DeadlineExceeded);
    await expect(expired).rejects.toBe(signal.reason);
  });

  test('of a call that was answered leaves no timer behind', () => {
    const { signal, clear } = follow(START + 1_000);
    expect(jest.getTimerCount()).toBe(1);
    clear();
    expect(jest.getTimerCount()).toBe(0);
    jest.advanceTimersByTime(1_000);
    expect(signal.aborted).toBe(false);
  });
});

describe('a call whose caller cancels it', () => {
  test('before the deadline is cancelled, and stays so when the deadline passes', async () => {
    const { call, signal, expired } = follow(START + 1_000);
    call.emit('cancelled');
    expect(signal.reason).toBeInstanceOf(CallCancelled);
    const { reason } = signal;
    jest.advanceTimersByTime(1_000);
    expect(signal.reason).toBe(reason);
    await expect(expired).rejects.toBe(reason);
  });

  test('at the deadline ran out of time: grpc-js reports it as cancelled', () => {
    const { call, signal } = follow(START + 1_000);
    jest.setSystemTime(START + 1_000);
    call.emit('cancelled');
    expect(signal.reason).toBeInstanceOf(DeadlineExceeded);
  });
});
