import {
  BrokenCircuitError,
  BulkheadRejectedError,
  bulkhead,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleWhen,
  wrap,
} from 'cockatiel';
import { type RetryableCode, RetryableError } from '../common/errors.ts';

/** How much one process asks of one service at a time, and when it stops asking. */
export interface CircuitOptions {
  readonly maxConcurrentCalls: number;
  /** Unanswered calls in a row after which the service counts as dead. Default 5. */
  readonly failuresToOpen?: number;
  /** How long a dead service is left alone at first before one call tries it again; grows to ten times that. Default 500. */
  readonly retryAfterMs?: number;
  /** True where the service did not answer; a service that says no is alive. */
  readonly isUnanswered: (error: unknown) => boolean;
  /** Code and name for what is refused here. */
  readonly code: RetryableCode;
  readonly service: string;
}

/** Runs a call, or refuses it at once with a RetryableError. */
export type Circuit = <T>(call: () => Promise<T>) => Promise<T>;

/**
 * A bulkhead (a bounded number of calls at a time, as many again wait) around a circuit breaker: a dead service costs
 * its callers nothing but the first few deadlines, and a slow one cannot fill the process with waiting calls.
 */
export function createCircuit(options: CircuitOptions): Circuit {
  const { maxConcurrentCalls, failuresToOpen = 5, retryAfterMs = 500, code, service } = options;
  const policy = wrap(
    bulkhead(maxConcurrentCalls, maxConcurrentCalls),
    circuitBreaker(handleWhen(options.isUnanswered), {
      breaker: new ConsecutiveBreaker(failuresToOpen),
      halfOpenAfter: new ExponentialBackoff({ initialDelay: retryAfterMs, maxDelay: 10 * retryAfterMs }),
    }),
  );
  return async (call) => {
    try {
      return await policy.execute(call);
    } catch (cause) {
      if (cause instanceof BrokenCircuitError) {
        throw new RetryableError(code, `${service} has not been answering; not asked again yet`, { cause });
      }
      if (cause instanceof BulkheadRejectedError) {
        throw new RetryableError(code, `too many calls of ${service} at once`, { cause });
      }
      throw cause;
    }
  };
}
