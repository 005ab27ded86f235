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

/** How many calls one process makes of one service at a time, and when it stops calling. */
export interface CircuitBreakerOptions {
  /** Calls that run at a time; as many again wait, and more are refused. */
  readonly maxConcurrentCalls: number;
  /** Unanswered calls in a row that open the circuit. Default 5. */
  readonly failuresToOpen?: number;
  /** First pause before one call probes an open circuit; it grows to ten times that. Default 500. */
  readonly halfOpenAfterMs?: number;
  /** True where the service did not reply. A service that refuses is alive. */
  readonly isUnanswered: (error: unknown) => boolean;
  /** Code of a refused call. */
  readonly code: RetryableCode;
  /** The service as messages name it. */
  readonly service: string;
}

/** Runs a call, or refuses it at once with a RetryableError. */
export type CircuitBreaker = <T>(call: () => Promise<T>) => Promise<T>;

/**
 * Makes a bulkhead around a circuit breaker. The breaker limits the cost of a dead service to the first few deadlines. The
 * bulkhead keeps a slow service from filling the process with waiting calls.
 */
export function createCircuitBreaker(options: CircuitBreakerOptions): CircuitBreaker {
  const { maxConcurrentCalls, failuresToOpen = 5, halfOpenAfterMs = 500, code, service } = options;
  const policy = wrap(
    bulkhead(maxConcurrentCalls, maxConcurrentCalls),
    circuitBreaker(handleWhen(options.isUnanswered), {
      breaker: new ConsecutiveBreaker(failuresToOpen),
      halfOpenAfter: new ExponentialBackoff({ initialDelay: halfOpenAfterMs, maxDelay: 10 * halfOpenAfterMs }),
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
