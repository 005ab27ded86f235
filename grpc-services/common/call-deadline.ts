import { CallCancelled, DeadlineExceeded, type RetryableError } from './service-error.ts';

/** The part of a gRPC server call that says how long its caller waits. */
export interface TimedCall {
  getDeadline(): Date | number;
  on(event: 'cancelled', listener: () => void): unknown;
}

/** How long a call may go on: until its deadline passes or its caller hangs up. */
export interface CallDeadline {
  /** Aborted, with a `RetryableError` as the reason, once nobody waits for the answer. */
  readonly signal: AbortSignal;
  /** Rejects when the signal aborts, otherwise never settles. */
  readonly expired: Promise<never>;
  /** Frees the timer. */
  readonly clear: () => void;
}

/** Longest delay of a timer in Node; a longer one fires at once. */
const LONGEST_TIMER_MS = 2_147_483_647;

/**
 * Follows the deadline of a call. A caller that set none gets `defaultMs`: without one a lost caller would keep its
 * call, and its place among the concurrent calls, for ever.
 */
export function followDeadline(call: TimedCall, defaultMs: number, now: number): CallDeadline {
  const controller = new AbortController();
  const deadline = Number(call.getDeadline());
  const remaining = Number.isFinite(deadline) ? deadline - now : defaultMs;
  const expired = Promise.withResolvers<never>();
  expired.promise.catch(() => undefined);
  const end = (error: RetryableError): void => {
    if (controller.signal.aborted) {
      return;
    }
    controller.abort(error);
    expired.reject(error);
  };
  const timer = setTimeout(() => end(new DeadlineExceeded()), Math.min(Math.max(remaining, 0), LONGEST_TIMER_MS));
  call.on('cancelled', () => end(Date.now() >= deadline ? new DeadlineExceeded() : new CallCancelled()));
  if (remaining <= 0) {
    end(new DeadlineExceeded());
  }
  return { signal: controller.signal, expired: expired.promise, clear: () => clearTimeout(timer) };
}
