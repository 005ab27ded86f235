import { Metadata, type StatusObject, status } from '@grpc/grpc-js';
import { Any, ErrorInfo } from 'nice-grpc-error-details';
import { Status } from 'nice-grpc-error-details/lib/proto/google/rpc/status.js';
import { ServiceError } from './service-error.ts';

/** The trailer in which gRPC carries a serialized `google.rpc.Status`. */
const STATUS_DETAILS_TRAILER = 'grpc-status-details-bin';
const ERROR_INFO_TYPE_URL = 'type.googleapis.com/google.rpc.ErrorInfo';

/** The parts of `google.rpc.ErrorInfo` that are ours. */
export type ErrorFacts = Pick<ErrorInfo, 'reason' | 'domain' | 'metadata'>;

/**
 * What the caller gets for whatever a handler threw: a `ServiceError` in full, with its `ErrorInfo` under `domain`
 * (such as `inventory.v1`); anything else as INTERNAL without a word of its message or stack.
 */
export function toStatus(error: unknown, domain: string): StatusObject {
  if (error instanceof ServiceError) {
    return withErrorInfo(error.code, error.message, { reason: error.reason, domain, metadata: { ...error.metadata } });
  }
  return withErrorInfo(status.INTERNAL, 'Internal error; the log of the service has its cause.', {
    reason: 'INTERNAL',
    domain,
    metadata: {},
  });
}

/** The `ErrorInfo` in the trailers of a failed call; undefined where there is none. */
export function errorFactsIn(trailers: Metadata): ErrorFacts | undefined {
  const [encoded] = trailers.get(STATUS_DETAILS_TRAILER);
  if (!Buffer.isBuffer(encoded)) {
    return undefined;
  }
  const info = Status.decode(encoded).details.find(({ typeUrl }) => typeUrl === ERROR_INFO_TYPE_URL);
  if (info === undefined) {
    return undefined;
  }
  const { reason, domain, metadata } = ErrorInfo.decode(info.value);
  return { reason, domain, metadata };
}

function withErrorInfo(code: status, details: string, facts: ErrorFacts): StatusObject {
  const info = Any.fromPartial({
    typeUrl: ERROR_INFO_TYPE_URL,
    value: ErrorInfo.encode(ErrorInfo.fromPartial(facts)).finish(),
  });
  const metadata = new Metadata();
  const encoded = Status.encode(Status.fromPartial({ code, message: details, details: [info] })).finish();
  metadata.set(STATUS_DETAILS_TRAILER, Buffer.from(encoded));
  return { code, details, metadata };
}
