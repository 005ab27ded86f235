import { isThrottlingError, isTransientError } from '@smithy/core/retry';

/** Where a client connects; the SDK reads what is absent from its environment (AWS_ENDPOINT_URL, AWS_REGION, …). */
export interface AwsOptions {
  readonly endpoint?: string;
  readonly region?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** Sockets that one process holds open to one service; the SDK's own 50 would queue a spike. */
const SOCKETS = { maxSockets: 256 } as const;

/** How long a request may take before it counts as failed; the SDK by itself would wait for ever. */
export const IMPATIENT = {
  connectionTimeout: 1_000,
  requestTimeout: 2_000,
  throwOnRequestTimeout: true,
  httpAgent: SOCKETS,
  httpsAgent: SOCKETS,
} as const;

type SdkError = Parameters<typeof isThrottlingError>[0];

/** True where a service refused a request because there were too many: nothing was done. */
export function isThrottling(error: Error): boolean {
  return isThrottlingError(error as SdkError);
}

/** True for throttling, timeouts, broken connections and the service's own faults: later it may go better. */
export function isWorthRetrying(error: unknown): error is Error {
  return error instanceof Error && (isThrottlingError(error as SdkError) || isTransientError(error as SdkError));
}
