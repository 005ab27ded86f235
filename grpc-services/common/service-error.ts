import { status } from '@grpc/grpc-js';

/** What an error's `google.rpc.ErrorInfo` says beside its domain. */
export interface ErrorDetail {
  /** UPPER_SNAKE_CASE constant for programs; the contract in `proto/` lists them. */
  readonly reason: string;
  /** A sentence for people; it goes to the caller, so it holds nothing internal. */
  readonly message: string;
  /** Facts for programs, such as `item_id`. */
  readonly metadata?: Readonly<Record<string, string>>;
}

interface ErrorOptionsWithCode extends ErrorDetail {
  readonly code: status;
  readonly cause?: unknown;
}

/**
 * An answer other than success that the contract knows. The first question about one is whether asking again can help:
 * never for a `TerminalError`, later for a `RetryableError`. Whatever else a handler throws is a defect and answered
 * INTERNAL.
 */
export abstract class ServiceError extends Error {
  readonly code: status;
  readonly reason: string;
  readonly metadata: Readonly<Record<string, string>>;

  constructor({ code, reason, message, metadata = {}, cause }: ErrorOptionsWithCode) {
    super(message, cause === undefined ? {} : { cause });
    this.name = new.target.name;
    this.code = code;
    this.reason = reason;
    this.metadata = metadata;
  }
}

/** The same request gets the same answer for ever: the caller must do something else. */
export class TerminalError extends ServiceError {}

/** The request is sound and may succeed when it is sent again; its effect may or may not have happened. */
export class RetryableError extends ServiceError {}

/** What was asked for is not there. */
export class NotFound extends TerminalError {
  constructor(detail: ErrorDetail) {
    super({ ...detail, code: status.NOT_FOUND });
  }
}

/** The state of the order, the stock or the payment does not allow it. */
export class FailedPrecondition extends TerminalError {
  constructor(detail: ErrorDetail) {
    super({ ...detail, code: status.FAILED_PRECONDITION });
  }
}

/** The id is taken by something else. */
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

/** Something this service needs does not answer. */
export class Unavailable extends RetryableError {
  constructor(detail: ErrorDetail, cause?: unknown) {
    super({ ...detail, code: status.UNAVAILABLE, cause });
  }
}

/** Other calls changed the same rows all the while. */
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

/** More calls are running and waiting than this service takes. */
export class Overloaded extends RetryableError {
  constructor(cause?: unknown) {
    super({
      code: status.RESOURCE_EXHAUSTED,
      reason: 'OVERLOADED',
      message: 'This service has as many calls as it takes; try again later.',
      cause,
    });
  }
}

/** The caller's deadline, or the service's own where the caller set none, has passed. */
export class DeadlineExceeded extends RetryableError {
  constructor() {
    super({
      code: status.DEADLINE_EXCEEDED,
      reason: 'DEADLINE_EXCEEDED',
      message: 'The deadline passed before the call was done; it may or may not have had its effect.',
    });
  }
}

/** The caller hung up. */
export class CallCancelled extends RetryableError {
  constructor() {
    super({ code: status.CANCELLED, reason: 'CANCELLED', message: 'The caller cancelled the call.' });
  }
}
