import type { ErrorCode } from './error-code.ts';

/**
 * Root of all errors of the functions. `name` is the class's own name, because Step Functions compares it with
 * `ErrorEquals`, and `stack` begins with it.
 */
abstract class OrderSystemError extends Error {
  abstract readonly code: ErrorCode;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    // The stack's first line was written before the name was known.
    Error.captureStackTrace(this, new.target);
  }
}

/** The same attempt again has the same end. */
export abstract class TerminalError extends OrderSystemError {}

/** Codes of what may go better the next time. */
export type RetryableCode =
  | 'OVERLOADED'
  | 'ORDERS_UNAVAILABLE'
  | 'SAGA_UNAVAILABLE'
  | 'INVENTORY_UNAVAILABLE'
  | 'PAYMENT_UNAVAILABLE'
  | 'PAYMENT_PENDING';

/** The same attempt again may succeed; whether this one had an effect may be unknown. */
export class RetryableError extends OrderSystemError {
  readonly code: RetryableCode;

  constructor(code: RetryableCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** One fault of a request. */
export interface RequestFault {
  /** Where it is, such as `list[0].count` or `Idempotency-Key`; empty for the body as a whole. */
  readonly path: string;
  /** What is expected there. */
  readonly message: string;
}

/** The request is not as documented. */
export class InvalidRequestError extends TerminalError {
  readonly code = 'INVALID_REQUEST';
  readonly faults: readonly RequestFault[];

  constructor(faults: readonly RequestFault[], options?: ErrorOptions) {
    super(faults.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; '), options);
    this.faults = faults;
  }
}

/** The body is larger than the API takes. */
export class BodyTooLargeError extends TerminalError {
  readonly code = 'BODY_TOO_LARGE';
}

/** The body is said to be something else than JSON. */
export class UnsupportedMediaTypeError extends TerminalError {
  readonly code = 'UNSUPPORTED_MEDIA_TYPE';
}

/** There is no such order, or it is somebody else's. */
export class OrderNotFoundError extends TerminalError {
  readonly code = 'ORDER_NOT_FOUND';

  constructor() {
    super('no record found');
  }
}

/** The idempotency key belongs to an order with another body. */
export class IdempotencyKeyReusedError extends TerminalError {
  readonly code = 'IDEMPOTENCY_KEY_REUSED';
}

/** The order has gone too far to be cancelled. */
export class OrderNotCancellableError extends TerminalError {
  readonly code = 'ORDER_NOT_CANCELLABLE';
}

/** The order does not wait for this payment and will not. */
export class OrderNotPayableError extends TerminalError {
  readonly code = 'ORDER_NOT_PAYABLE';
}

/** Another payment of the order is under way. */
export class PaymentInProgressError extends TerminalError {
  readonly code = 'PAYMENT_IN_PROGRESS';
}

/** Some items are not there in the wanted count; nothing is held. */
export class OutOfStockError extends TerminalError {
  readonly code = 'OUT_OF_STOCK';
}

/** An item does not exist; nothing is held. */
export class ItemNotFoundError extends TerminalError {
  readonly code = 'ITEM_NOT_FOUND';
}

/** The reservation was undone before. */
export class ReservationReleasedError extends TerminalError {
  readonly code = 'RESERVATION_RELEASED';
}

/** The hold ran out and its stock is gone. */
export class ReservationExpiredError extends TerminalError {
  readonly code = 'RESERVATION_EXPIRED';
}

/** The order id holds other lines. */
export class ReservationMismatchError extends TerminalError {
  readonly code = 'RESERVATION_MISMATCH';
}

/** The stock is sold and cannot be released. */
export class ReservationCommittedError extends TerminalError {
  readonly code = 'RESERVATION_COMMITTED';
}

/** The order has no reservation. */
export class ReservationNotFoundError extends TerminalError {
  readonly code = 'RESERVATION_NOT_FOUND';
}

/** The provider said no. */
export class PaymentDeclinedError extends TerminalError {
  readonly code = 'PAYMENT_DECLINED';
}

/** The provider said no for lack of funds. */
export class InsufficientFundsError extends TerminalError {
  readonly code = 'INSUFFICIENT_FUNDS';
}

/** The provider does not know the payment method. */
export class InvalidPaymentMethodError extends TerminalError {
  readonly code = 'INVALID_PAYMENT_METHOD';
}

/** The payment was undone before. */
export class PaymentVoidedError extends TerminalError {
  readonly code = 'PAYMENT_VOIDED';
}

/** There is nothing to capture. */
export class PaymentNotAuthorizedError extends TerminalError {
  readonly code = 'PAYMENT_NOT_AUTHORIZED';
}

/** The order was authorized with another amount or payment id. */
export class PaymentMismatchError extends TerminalError {
  readonly code = 'PAYMENT_MISMATCH';
}

/** The money is taken; only a refund undoes it. */
export class PaymentAlreadyCapturedError extends TerminalError {
  readonly code = 'PAYMENT_ALREADY_CAPTURED';
}

/** The money was given back. */
export class PaymentRefundedError extends TerminalError {
  readonly code = 'PAYMENT_REFUNDED';
}

/** There is nothing to refund. */
export class PaymentNotCapturedError extends TerminalError {
  readonly code = 'PAYMENT_NOT_CAPTURED';
}

/** The order has no payment. */
export class PaymentNotFoundError extends TerminalError {
  readonly code = 'PAYMENT_NOT_FOUND';
}

/** The customer cancelled the order. */
export class OrderCancelledError extends TerminalError {
  readonly code = 'ORDER_CANCELLED';
}

/** A step has used up its retries; an operator mends the cause and redrives the execution. */
export class NeedsAttentionError extends TerminalError {
  readonly code = 'NEEDS_ATTENTION';
}

/** A task of the saga got an input it cannot work with. */
export class InvalidTaskInputError extends TerminalError {
  readonly code = 'INVALID_TASK_INPUT';
}

/** A service answered in a way that its contract does not have. */
export class ServiceContractError extends TerminalError {
  readonly code = 'SERVICE_CONTRACT';
}
