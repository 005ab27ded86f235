import { SFNServiceException } from '@aws-sdk/client-sfn';
import { isThrottling } from './aws.ts';

/** What a start came to. */
export type SagaStart =
  | { readonly outcome: 'STARTED' }
  /** An execution of the order exists: an earlier start had reached Step Functions. */
  | { readonly outcome: 'ALREADY_STARTED' }
  /** Step Functions said no, or was never reached: nothing runs. */
  | { readonly outcome: 'REFUSED'; readonly cause: unknown }
  /** The answer was lost: it may run or not. A later start settles it. */
  | { readonly outcome: 'UNKNOWN'; readonly cause: unknown };

/** Tells from the answer to StartExecution, or from its lack, what became of the start. */
export async function startAnswer(call: Promise<unknown>): Promise<SagaStart> {
  try {
    await call;
    return { outcome: 'STARTED' };
  } catch (cause) {
    if (cause instanceof SFNServiceException && cause.name === 'ExecutionAlreadyExists') {
      return { outcome: 'ALREADY_STARTED' };
    }
    return { outcome: saysThatNothingRuns(cause) ? 'REFUSED' : 'UNKNOWN', cause };
  }
}

const NEVER_CONNECTED: ReadonlySet<unknown> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH']);

/**
 * A refusal is the caller's fault by its status, or throttling by its name. Any other status of 500 and above, 503 too, may
 * come from something on the way that lost sight of a start which took effect.
 */
function saysThatNothingRuns(cause: unknown): boolean {
  if (cause instanceof SFNServiceException) {
    const { httpStatusCode = 500 } = cause.$metadata;
    return isThrottling(cause) || (httpStatusCode >= 400 && httpStatusCode < 500);
  }
  return cause instanceof Error && 'code' in cause && NEVER_CONNECTED.has(cause.code);
}
