import type { Retrier } from '../language/definition.ts';
import type { Failure } from './frame.ts';

/** The next attempt: its delay, and the counts of attempts after it. */
export interface NextAttempt {
  readonly delaySeconds: number;
  readonly attempts: readonly number[];
}

/**
 * The next attempt that a state's Retriers allow. The first Retrier that matches the error decides, and each counts its
 * own attempts.
 *
 * @param attempts attempts spent so far, one number per Retrier, or none at all
 * @param fraction draws a number from 0 to 1, for `JitterStrategy` FULL
 */
export function nextAttempt(
  retriers: readonly Retrier[],
  attempts: readonly number[],
  failure: Failure,
  fraction: () => number,
): NextAttempt | undefined {
  const index = retriers.findIndex((retrier) => matchesError(retrier.ErrorEquals, failure));
  const retrier = retriers[index];
  if (retrier === undefined) {
    return undefined;
  }
  const spent = attempts[index] ?? 0;
  if (spent >= (retrier.MaxAttempts ?? 3)) {
    return undefined;
  }
  const backOff = (retrier.IntervalSeconds ?? 1) * (retrier.BackoffRate ?? 2) ** spent;
  const capped = Math.min(backOff, retrier.MaxDelaySeconds ?? Number.POSITIVE_INFINITY);
  return {
    delaySeconds: retrier.JitterStrategy === 'FULL' ? capped * fraction() : capped,
    attempts: retriers.map((_, i) => (attempts[i] ?? 0) + (i === index ? 1 : 0)),
  };
}

/** Errors that no wildcard matches. */
const UNMATCHED: ReadonlySet<string> = new Set(['States.Runtime']);

/**
 * Whether `ErrorEquals` of a Retrier or Catcher takes an error. `States.ALL` takes all but `States.Runtime`;
 * `States.TaskFailed` all but that and timeouts; `States.Timeout` also missed heartbeats.
 */
export function matchesError(errorEquals: readonly string[], failure: Failure): boolean {
  const name = failure.error ?? '';
  return errorEquals.some((wanted) => {
    if (wanted === name) {
      return true;
    }
    if (UNMATCHED.has(name)) {
      return false;
    }
    if (wanted === 'States.ALL') {
      return true;
    }
    const timeout = name === 'States.Timeout' || name === 'States.HeartbeatTimeout';
    if (wanted === 'States.TaskFailed') {
      return !timeout;
    }
    return wanted === 'States.Timeout' && timeout;
  });
}
