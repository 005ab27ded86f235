import { type StatusObject, status } from '@grpc/grpc-js';
import { statusWithErrorInfo } from '../../proto/error-info.ts';

/** The parts of an error that its caller sees. */
export interface ErrorDetail {
  /** UPPER_SNAKE_CASE constant for programs; the proto files list all of them. */
  readonly reason: string;
  /** A sentence for people. The caller sees it, so it contains nothing internal. */
  readonly message: string;
  /** Facts for programs, such as `item_id`. */
  readonly metadata?: Readonly<Record<string, string>>;
}

interface ServiceErrorOptions extends ErrorDetail {
  readonly code: status;
  readonly cause?: unknown;
}

/**
 * An error of the contract. It is either a `TerminalError`, which no retry can change, or a `RetryableError`. Anything else
 * that a handler throws is a defect, and the caller gets INTERNAL.
 *
 * | error | code |
 * |---|---|
 * | `NotFound`, `FailedPrecondition`, `AlreadyExists`, `InvalidArgument` | terminal, the code of the same name |
 * | `Unavailable` | retryable, UNAVAILABLE |
 * | `Contention` | retryable, ABORTED |
 * | `Overloaded` | retryable, RESOURCE_EXHAUSTED |
 * | `DeadlineExceeded`, `CallCancelled` | retryable, DEADLINE_EXCEEDED and CANCELLED |
 */
export abstract class ServiceError extends Error {
  readonly code: status;
  readonly reason: string;
  readonly metadata: Readonly<Record<string, string>>;

  constructor({ code, reason, message, metadata = {}, cause }: ServiceErrorOptions) {
    super(message, cause === undefined ? {} : { cause });
    this.name = new.target.name;
    this.code = code;
    this.reason = reason;
    this.metadata = metadata;
  }
}

/** The same request always gets the same answer, so the caller must do something else. */
export class TerminalError extends ServiceError {}

/** The request is valid and may succeed when it is sent again. It may already have had its effect. */
export class RetryableError extends ServiceError {}

/** What the request names does not exist. */
export class NotFound extends TerminalError {
  constructor(detail: ErrorDetail) {
    super({ ...detail, code: status.NOT_FOUND });
  }
}

/** The state of the order, the stock or the payment does not allow the request. */
export class FailedPrecondition extends TerminalError {
  constructor(detail: ErrorDetail) {
    super({ ...detail, code: status.FAILED_PRECONDITION });
  }
}

/** The id already belongs to something else. */
export class AlreadyExists extends TerminalError {
  constructor(detail: ErrorDetail) {
    super({ ...detail, code: status.ALREADY_EXISTS });
  }
}

/** The request itself is wrong. */
export class InvalidArgument extends TerminalError {
  constructor(detail: ErrorDetail) {
    super({ ...detail, code: status.INVALID_ARGUMENT });
  }
}

/** The store or the provider does not answer. */
export class Unavailable extends RetryableError {
  constructor(detail: ErrorDetail, cause?: unknown) {
    super({ ...detail, code: status.UNAVAILABLE, cause });
  }
}

/** Other calls kept changing the same rows. */
export class Contention extends RetryableError {
  constructor(cause?: unknown) {
    super({
      code: status.ABORTED,
      reason: 'CONTENTION',
      message: 'Other calls are changing the same records; try again.',
      cause,
    });
  }
}

/** A limit of the service is reached: of calls, or of streams. */
export class Overloaded extends RetryableError {
  constructor(cause?: unknown) {
    super({
      code: status.RESOURCE_EXHAUSTED,
      reason: 'OVERLOADED',
      message: 'This service is working at its limit; try again later.',
      cause,
    });
  }
}

/** The caller's deadline passed, or the service's default for a call without one. */
export class DeadlineExceeded extends RetryableError {
  constructor() {
    super({
      code: status.DEADLINE_EXCEEDED,
      reason: 'DEADLINE_EXCEEDED',
      message: 'The deadline passed before the call was done; it may or may not have had its effect.',
    });
  }
}

/** The caller cancelled the call, or its connection closed. */
export class CallCancelled extends RetryableError {
  constructor() {
    super({ code: status.CANCELLED, reason: 'CANCELLED', message: 'The caller cancelled the call.' });
  }
}

/**
 * The status that the caller gets for anything a handler threw. A `ServiceError` is sent in full, with its `ErrorInfo` under
 * `domain` (such as `inventory.v1`). Anything else becomes INTERNAL, without its message or stack.
 */
export function toStatus(error: unknown, domain: string): StatusObject {
  if (error instanceof ServiceError) {
    const { code, message, reason, metadata } = error;
    return statusWithErrorInfo(code, message, { reason, domain, metadata: { ...metadata } });
  }
  const message = 'Internal error; the log of the service has its cause.';
  return statusWithErrorInfo(status.INTERNAL, message, { reason: 'INTERNAL', domain, metadata: {} });
}
