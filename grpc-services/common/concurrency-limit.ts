import { BulkheadRejectedError, bulkhead, TaskCancelledError } from 'cockatiel';
import { Overloaded } from './service-error.ts';

/** How many calls a service works on at a time, and how many more may wait in its queue. */
export interface ConcurrencyLimits {
  readonly concurrent: number;
  readonly queued: number;
}

/** A bulkhead: calls beyond the limits are refused at once, instead of waiting until their deadlines have passed. */
export interface ConcurrencyLimit {
  /**
   * Runs the work when a place is free. Work whose signal aborts in the queue never starts.
   *
   * @throws Overloaded when the queue is full
   */
  readonly run: <Result>(work: () => Promise<Result>, signal: AbortSignal) => Promise<Result>;
}

/** Makes one limit, to be shared by all calls of a service. */
export function createConcurrencyLimit({ concurrent, queued }: ConcurrencyLimits): ConcurrencyLimit {
  const policy = bulkhead(concurrent, queued);
  return {
    run: async (work, signal) => {
      try {
        return await policy.execute(work, signal);
      } catch (error) {
        if (error instanceof BulkheadRejectedError) {
          throw new Overloaded(error);
        }
        if (error instanceof TaskCancelledError) {
          throw signal.reason;
        }
        throw error;
      }
    },
  };
}
