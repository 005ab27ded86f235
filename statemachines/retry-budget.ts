/** A retrier of the Amazon States Language, as far as its waits go. Defaults: AWS's. */
export interface RetrierWaits {
  readonly IntervalSeconds?: number;
  readonly BackoffRate?: number;
  readonly MaxAttempts?: number;
  readonly MaxDelaySeconds?: number;
}

/** How long one Task state can take at most, in seconds. */
export interface RetryBudget {
  /** How often the task runs, the first time included. */
  readonly tries: number;
  /** The sum of all back-offs. With `JitterStrategy: FULL` half of it on average. */
  readonly waiting: number;
  /** Every try running into its timeout, and all back-offs. */
  readonly longest: number;
}

/**
 * Adds up a retrier's waits: the n-th is `IntervalSeconds * BackoffRate^(n-1)`, at most `MaxDelaySeconds`.
 *
 * @see https://states-language.net/#errors
 */
export function retryBudget(retrier: RetrierWaits, timeoutSeconds: number): RetryBudget {
  const { IntervalSeconds = 1, BackoffRate = 2, MaxAttempts = 3, MaxDelaySeconds = Number.POSITIVE_INFINITY } = retrier;
  let waiting = 0;
  for (let attempt = 0; attempt < MaxAttempts; attempt += 1) {
    waiting += Math.min(IntervalSeconds * BackoffRate ** attempt, MaxDelaySeconds);
  }
  const tries = MaxAttempts + 1;
  return { tries, waiting, longest: waiting + tries * timeoutSeconds };
}
