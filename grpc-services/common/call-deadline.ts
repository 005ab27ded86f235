import { CallCancelled, DeadlineExceeded, type RetryableError } from './service-error.ts';

/** The part of a gRPC server call that carries its deadline and its cancellation. */
export interface TimedCall {
  getDeadline(): Date | number;
  on(event: 'cancelled', listener: () => void): unknown;
}

/** The end of a call: its deadline passes, or its caller cancels it. */
export interface CallDeadline {
  /** Aborts, with a `RetryableError` as the reason, when the caller no longer waits. */
  readonly signal: AbortSignal;
  /** Rejects when the signal aborts; otherwise it never settles. */
  readonly expired: Promise<never>;
  /** Ends the watch, once the call has its answer: gRPC reports the end of every stream as a cancellation, too. */
  readonly clear: () => void;
}

/** Node fires a timer with a longer delay at once. */
const LONGEST_TIMER_MS = 2_147_483_647;

/**
 * Follows the deadline of a call. A call without one gets `defaultMs`: otherwise a lost caller would occupy a place under
 * the concurrency limit forever.
 */
export function followDeadline(call: TimedCall, defaultMs: number, now: number): CallDeadline {
  const controller = new AbortController();
  const deadline = Number(call.getDeadline());
  const remaining = Number.isFinite(deadline) ? deadline - now : defaultMs;
  const expired = Promise.withResolvers<never>();
  expired.promise.catch(() => undefined);
  let isOver = false;
  const end = (errorOf: () => RetryableError): void => {
    if (isOver) {
      return;
    }
    isOver = true;
    const error = errorOf();
    controller.abort(error);
    expired.reject(error);
  };
  const timer = setTimeout(() => end(() => new DeadlineExceeded()), Math.min(Math.max(remaining, 0), LONGEST_TIMER_MS));
  call.on('cancelled', () => end(() => (Date.now() >= deadline ? new DeadlineExceeded() : new CallCancelled())));
  if (remaining <= 0) {
    end(() => new DeadlineExceeded());
  }
  const clear = (): void => {
    isOver = true;
    clearTimeout(timer);
  };
  return { signal: controller.signal, expired: expired.promise, clear };
}
