import { SFNClient } from '@aws-sdk/client-sfn';
import { RetryableError } from '../common/errors.ts';
import { type AwsOptions, IMPATIENT, isWorthRetrying } from './aws.ts';

/** Step Functions. One attempt: whether a failed StartExecution took effect is told from its own error alone. */
export function createStepFunctions(options: AwsOptions = {}): SFNClient {
  return new SFNClient({ ...options, maxAttempts: 1, requestHandler: IMPATIENT });
}

/** @throws RetryableError where Step Functions throttles, is out of reach or out of order; other errors as they are */
export async function reachable<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (cause) {
    if (!isWorthRetrying(cause)) {
      throw cause;
    }
    throw new RetryableError('SAGA_UNAVAILABLE', 'Step Functions does not answer', { cause });
  }
}
