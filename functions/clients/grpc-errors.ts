import { type Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { ErrorInfo } from 'nice-grpc-error-details';
import { Status } from 'nice-grpc-error-details/lib/proto/google/rpc/status.js';
import {
  InvalidTaskInputError,
  type RetryableCode,
  RetryableError,
  ServiceContractError,
  type TerminalError,
} from '../common/errors.ts';

/** The error to throw for each refusal of a service, by `ErrorInfo.reason`. */
export type Refusals = Readonly<Record<string, new (message: string, options?: ErrorOptions) => TerminalError>>;

/** How the errors of one service are translated. */
export interface ServiceErrors {
  /** The service as messages name it, such as `the inventory`. */
  readonly service: string;
  /** Code of a call without a reply. */
  readonly code: RetryableCode;
  readonly refusals: Refusals;
}

const STATUS_DETAILS_TRAILER = 'grpc-status-details-bin';
const ERROR_INFO_TYPE_URL = 'type.googleapis.com/google.rpc.ErrorInfo';

/** Status codes that say nothing about the request: whether it took effect is unknown, and a later call may succeed. */
const RETRYABLE_STATUSES: ReadonlySet<status> = new Set([
  status.UNAVAILABLE,
  status.DEADLINE_EXCEEDED,
  status.RESOURCE_EXHAUSTED,
  status.ABORTED,
  status.CANCELLED,
  status.INTERNAL,
  status.UNKNOWN,
  status.DATA_LOSS,
]);

/**
 * The error of this system for a failed call: the refusal that its reason names, or by its status one of RetryableError,
 * InvalidTaskInputError and ServiceContractError. An error that is not gRPC's is returned as it is.
 */
export function translateServiceError(error: unknown, { service, code, refusals }: ServiceErrors): unknown {
  if (!isServiceError(error)) {
    return error;
  }
  const reason = errorReason(error.metadata);
  const Refusal = reason !== undefined && Object.hasOwn(refusals, reason) ? refusals[reason] : undefined;
  if (Refusal !== undefined) {
    return new Refusal(error.details, { cause: error });
  }
  if (RETRYABLE_STATUSES.has(error.code)) {
    return new RetryableError(code, `${service}: ${status[error.code]} ${error.details}`, {
      cause: error,
      // The details name addresses and the insides of the service.
      publicMessage: `${service} does not answer at the moment; send the request again a little later`,
    });
  }
  if (error.code === status.INVALID_ARGUMENT) {
    return new InvalidTaskInputError(error.details, { cause: error });
  }
  return new ServiceContractError(`${service}: ${status[error.code]} ${error.details}`, { cause: error });
}

/** True where the service was not reached or did not reply in time. A reply with an `ErrorInfo` shows that it is alive. */
export function isUnanswered(error: unknown): boolean {
  return (
    isServiceError(error) &&
    (error.code === status.UNAVAILABLE || error.code === status.DEADLINE_EXCEEDED) &&
    errorReason(error.metadata) === undefined
  );
}

/**
 * The `reason` of the `google.rpc.ErrorInfo` in a failed call's trailers (AIP-193). Undefined where there is none, or none
 * that can be decoded: then something between the caller and the service made the error.
 */
function errorReason(trailers: Metadata | undefined): string | undefined {
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

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && 'details' in error && 'metadata' in error;
}
