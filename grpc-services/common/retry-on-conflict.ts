import { ExponentialBackoff, fullJitterGenerator, handleType, retry } from 'cockatiel';
import { Contention } from './service-error.ts';

/**
 * Thrown inside `retryOnConflict` when another call changed the rows first. Throttling and outages of the store are not
 * conflicts: the SDK has already retried those, out of its budget.
 */
export class RowConflict extends Error {
  override readonly name = 'RowConflict';
}

/** Attempts of a call that meets conflicts, and the delays between them. */
export interface ConflictRetries {
  readonly attempts: number;
  /** Upper limit of the first delay; it doubles each time. Each delay is random, from 0 to its limit (full jitter). */
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
}

/** About 1.5 s in all: less than a caller's deadline, more than the queue at a contended item takes. */
export const CONFLICT_RETRIES: ConflictRetries = { attempts: 10, firstDelayMs: 10, longestDelayMs: 400 };

/**
 * Repeats the attempt while it throws `RowConflict`. Every attempt reads the rows and decides again.
 *
 * @throws Contention after the last attempt, or the signal's reason when the caller no longer waits
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
