/** The waits of a retrier of the Amazon States Language. The defaults are those of AWS. */
export interface RetrierWaits {
  readonly IntervalSeconds?: number;
  readonly BackoffRate?: number;
  readonly MaxAttempts?: number;
  readonly MaxDelaySeconds?: number;
}

/** Longest time that a Task state can take, in seconds. */
export interface RetryBudget {
  /** Number of tries, the first one included. */
  readonly tries: number;
  /** Sum of all back-offs; with `JitterStrategy: FULL` half of it on average. */
  readonly waiting: number;
  /** All back-offs, with every try timing out. */
  readonly longest: number;
}

/**
 * Adds up the waits of a retrier: the n-th is `IntervalSeconds * BackoffRate^(n-1)`, at most `MaxDelaySeconds`.
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
