import { BulkheadRejectedError, bulkhead, TaskCancelledError } from 'cockatiel';
import { Overloaded } from './service-error.ts';

/** How many calls a service works on, and how many more may wait for their turn. */
export interface AdmissionLimits {
  readonly concurrent: number;
  readonly queued: number;
}

/** Lets calls in up to the limits; a spike is refused at once rather than kept until every deadline has passed. */
export interface Admission {
  /**
   * Runs the work when there is room for it. Work whose signal aborts while it waits is never begun.
   *
   * @throws Overloaded when the queue is full
   */
  readonly admit: <Result>(work: () => Promise<Result>, signal: AbortSignal) => Promise<Result>;
}

/** One limit for all calls of a service. */
export function createAdmission({ concurrent, queued }: AdmissionLimits): Admission {
  const policy = bulkhead(concurrent, queued);
  return {
    admit: async (work, signal) => {
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
