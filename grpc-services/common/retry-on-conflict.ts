import { ExponentialBackoff, fullJitterGenerator, handleType, retry } from 'cockatiel';
import { Contention } from './service-error.ts';

/**
 * Thrown inside `retryOnConflict` when another call changed the rows first. A store that is throttling or away is no
 * conflict: the SDK has tried that again already, out of its budget.
 */
export class RowConflict extends Error {
  override readonly name = 'RowConflict';
}

/** How often, and how far apart, a call that met a conflict tries again. */
export interface ConflictRetries {
  readonly attempts: number;
  /** The longest first delay, in milliseconds; it doubles from there. Each delay is drawn between 0 and the longest. */
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
}

/** About a second and a half in all: less than a caller's deadline, more than the queue at a contended item. */
export const CONFLICT_RETRIES: ConflictRetries = { attempts: 10, firstDelayMs: 10, longestDelayMs: 400 };

/**
 * Runs the attempt until it ends in anything but a `RowConflict`. Every attempt reads what is there and decides anew.
 *
 * @throws Contention after the last attempt, or the signal's reason once nobody waits any more
 */
export async function retryOnConflict<Result>(
  attempt: () => Promise<Result>,
  signal: AbortSignal,
  retries: ConflictRetries = CONFLICT_RETRIES,
): Promise<Result> {
  const policy = retry(handleType(RowConflict), {
    maxAttempts: retries.attempts - 1,
    backoff: new ExponentialBackoff({
      initialDelay: retries.firstDelayMs,
      maxDelay: retries.longestDelayMs,
      generator: fullJitterGenerator,
    }),
  });
  try {
    return await policy.execute(() => {
      signal.throwIfAborted();
      return attempt();
    }, signal);
  } catch (error) {
    if (error instanceof RowConflict) {
      throw new Contention(error);
    }
    throw error;
  }
}
