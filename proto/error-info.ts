import { Metadata, type StatusObject, type status } from '@grpc/grpc-js';
import { Any, ErrorInfo } from 'nice-grpc-error-details';
import { Status } from 'nice-grpc-error-details/lib/proto/google/rpc/status.js';

/** The trailer in which gRPC carries a serialized `google.rpc.Status`. */
const STATUS_DETAILS_TRAILER = 'grpc-status-details-bin';
const ERROR_INFO_TYPE_URL = 'type.googleapis.com/google.rpc.ErrorInfo';

/** Why a call failed, for programs (AIP-193): part of the contract of every RPC. The proto files list the reasons. */
export type ErrorReason = Pick<ErrorInfo, 'reason' | 'domain' | 'metadata'>;

/** The status of a failed call, with the `google.rpc.ErrorInfo` in its trailers. */
export function statusWithErrorInfo(code: status, details: string, errorInfo: ErrorReason): StatusObject {
  const detail = Any.fromPartial({
    typeUrl: ERROR_INFO_TYPE_URL,
    value: ErrorInfo.encode(ErrorInfo.fromPartial(errorInfo)).finish(),
  });
  const metadata = new Metadata();
  const encoded = Status.encode(Status.fromPartial({ code, message: details, details: [detail] })).finish();
  metadata.set(STATUS_DETAILS_TRAILER, Buffer.from(encoded));
  return { code, details, metadata };
}

/**
 * The `ErrorInfo` in the trailers of a failed call.
 *
 * Undefined when there is none or it cannot be decoded: then the error is not the service's, but of something on the way.
 */
export function errorInfoIn(trailers: Metadata | undefined): ErrorReason | undefined {
  const [encoded] = trailers?.get(STATUS_DETAILS_TRAILER) ?? [];
  if (!Buffer.isBuffer(encoded)) {
    return undefined;
  }
  try {
    const detail = Status.decode(encoded).details.find(({ typeUrl }) => typeUrl === ERROR_INFO_TYPE_URL);
    if (detail === undefined) {
      return undefined;
    }
    const { reason, domain, metadata } = ErrorInfo.decode(detail.value);
    return { reason, domain, metadata };
  } catch {
    return undefined;
  }
}
