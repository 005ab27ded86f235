import { BulkheadRejectedError, bulkhead } from 'cockatiel';
import { RetryableError } from '../common/errors.ts';

/** Lets work in, or refuses it at once with RetryableError OVERLOADED. */
export type Admission = <T>(work: () => Promise<T>) => Promise<T>;

/** Lets at most `mostInFlight` pieces of work in at a time; nothing waits, so an answer never comes late. */
export function createAdmission(mostInFlight: number): Admission {
  const policy = bulkhead(mostInFlight, 0);
  return async (work) => {
    try {
      return await policy.execute(work);
    } catch (cause) {
      if (!(cause instanceof BulkheadRejectedError)) {
        throw cause;
      }
      throw new RetryableError('OVERLOADED', 'too many requests at once; send the request again a little later', {
        cause,
      });
    }
  };
}
