import type { Failure } from './frame.ts';

/** Errors that only their own name matches, no wildcard. */
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
