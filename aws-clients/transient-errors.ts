import { isClockSkewCorrectedError, isClockSkewError, isThrottlingError, isTransientError } from '@smithy/core/retry';
import { wasNeverConnected } from './never-connected.ts';

type SdkError = Parameters<typeof isThrottlingError>[0];

/** True where a service refused a request because there were too many: nothing was done. */
export function isThrottling(error: Error): boolean {
  return isThrottlingError(error as SdkError);
}

/**
 * True for timeouts, broken connections and faults of the service, as the SDK judges: a later attempt may succeed.
 *
 * Where the clocks of client and service differ by four minutes and more, the SDK judges so of every error, a failed condition
 * included. Here that counts only where the service refused the request for its time.
 */
export function isTransient(error: Error): boolean {
  const sdkError = error as SdkError;
  const withoutClocks: SdkError = Object.create(sdkError, {
    $metadata: { value: { ...sdkError.$metadata, clockSkewCorrected: false } },
  });
  return (
    isTransientError(withoutClocks) ||
    wasNeverConnected(error) ||
    (isClockSkewCorrectedError(sdkError) === true && isClockSkewError(sdkError))
  );
}
