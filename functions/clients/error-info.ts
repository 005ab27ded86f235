import type { Metadata } from '@grpc/grpc-js';
import { ErrorInfo } from 'nice-grpc-error-details';
import { Status } from 'nice-grpc-error-details/lib/proto/google/rpc/status.js';

const STATUS_DETAILS_TRAILER = 'grpc-status-details-bin';
const ERROR_INFO_TYPE_URL = 'type.googleapis.com/google.rpc.ErrorInfo';

/**
 * The `reason` of the `google.rpc.ErrorInfo` that a failed call brought along (AIP-193); undefined where it brought
 * none, or none that can be read: then the service did not speak, but something on the way to it.
 */
export function errorReason(trailers: Metadata | undefined): string | undefined {
  const [encoded] = trailers?.get(STATUS_DETAILS_TRAILER) ?? [];
  if (!Buffer.isBuffer(encoded)) {
    return undefined;
  }
  try {
    const details = Status.decode(encoded).details.find(({ typeUrl }) => typeUrl === ERROR_INFO_TYPE_URL);
    return details === undefined ? undefined : ErrorInfo.decode(details.value).reason;
  } catch {
    return undefined;
  }
}
