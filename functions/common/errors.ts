/** One code of the API. */
interface ErrorCodeDescription {
  /** HTTP status of a response that carries the code. */
  readonly status: number;
  /** What happened, for the reader of the API's documentation. */
  readonly meaning: string;
}

/** Codes of errors that the same attempt meets again. */
const TERMINAL_CODES = {
  INVALID_REQUEST: { status: 400, meaning: 'the request is not as documented; meta.errors names each fault' },
  PAYMENT_DECLINED: { status: 402, meaning: 'the payment provider said no; another payment may be tried' },
  INSUFFICIENT_FUNDS: { status: 402, meaning: 'the payment provider said no for lack of funds' },
  INVALID_PAYMENT_METHOD: { status: 402, meaning: 'the payment provider does not know the payment method' },
  CUSTOMER_ACTION_REQUIRED: {
    status: 402,
    meaning:
      'the customer has to confirm the payment at meta.action_url; the same request again finds out, another payment ' +
      'may be tried',
  },
  UNAUTHENTICATED: { status: 401, meaning: 'the credentials are missing or not valid' },
  FORBIDDEN: { status: 403, meaning: 'the caller may not do that' },
  METHOD_NOT_ALLOWED: { status: 405, meaning: 'the path is there for the methods in Allow alone' },
  NO_SUCH_CALL: { status: 404, meaning: 'the API has no such call: another path or method' },
  ORDER_NOT_FOUND: { status: 404, meaning: 'there is no such order' },
  REFUND_NOT_FOUND: { status: 404, meaning: 'the order has no such refund' },
  IDEMPOTENCY_KEY_REUSED: { status: 409, meaning: 'the idempotency key belongs to a request with another body' },
  ORDER_NOT_CANCELLABLE: { status: 409, meaning: 'the order has gone too far to be cancelled' },
  ORDER_NOT_PARKED: { status: 409, meaning: 'the order does not wait for an operator' },
  ORDER_NOT_REFUNDABLE: { status: 409, meaning: 'only a confirmed order can be refunded' },
  ORDER_NOT_PAYABLE: { status: 409, meaning: 'the order does not wait for this payment and will not' },
  PAYMENT_IN_PROGRESS: { status: 409, meaning: 'another payment of the order is under way' },
  PAYMENT_WINDOW_CLOSED: { status: 409, meaning: 'the time to pay the order is over; nothing was charged' },
  PAYMENT_MISMATCH: { status: 409, meaning: 'the order was authorized with another payment' },
  PAYMENT_VOIDED: { status: 409, meaning: 'the payment of the order was undone' },
  BODY_TOO_LARGE: { status: 413, meaning: 'the body is larger than 64 KB' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, meaning: 'the Content-Type is not JSON, or the body is encoded' },
  INTERNAL_ERROR: { status: 500, meaning: 'an internal fault; meta.request_id finds it in the log' },
  OUT_OF_STOCK: { status: 409, meaning: 'there is not enough stock' },
  ITEM_NOT_FOUND: { status: 404, meaning: 'an item does not exist' },
  RESERVATION_RELEASED: { status: 409, meaning: 'the reservation was undone' },
  RESERVATION_EXPIRED: { status: 409, meaning: 'the hold ran out and its stock is gone' },
  RESERVATION_MISMATCH: { status: 409, meaning: 'the order holds other lines' },
  RESERVATION_COMMITTED: { status: 409, meaning: 'the stock of the order is sold' },
  RESERVATION_NOT_FOUND: { status: 404, meaning: 'the order has no reservation' },
  PAYMENT_NOT_AUTHORIZED: { status: 409, meaning: 'there is nothing to capture' },
  PAYMENT_ALREADY_CAPTURED: { status: 409, meaning: 'the money is taken; only a refund undoes it' },
  PAYMENT_REFUNDED: { status: 409, meaning: 'the money was given back' },
  PAYMENT_NOT_CAPTURED: { status: 409, meaning: 'there is nothing to refund' },
  PAYMENT_NOT_FOUND: { status: 404, meaning: 'the order has no payment' },
  RESERVATION_NOT_COMMITTED: { status: 409, meaning: 'nothing was sold to the order, so nothing can be returned' },
  RETURN_EXCEEDS_SOLD: { status: 409, meaning: 'more is returned than the order still has' },
  RETURN_MISMATCH: { status: 409, meaning: 'the id of the return belongs to another return' },
  TOO_MANY_RETURNS: { status: 409, meaning: 'stock of the order came back too often' },
  RESTOCK_MISMATCH: { status: 409, meaning: 'the id of the request belongs to another restock' },
  CORRECTION_MISMATCH: { status: 409, meaning: 'the id of the request belongs to another correction' },
  REFUND_EXCEEDS_CAPTURED: { status: 409, meaning: 'the refund is larger than what is left of the captured amount' },
  REFUND_DECLINED: { status: 409, meaning: 'the payment provider declined the refund; nothing was given back' },
  REFUND_MISMATCH: { status: 409, meaning: 'the id of the refund belongs to a refund of another amount' },
  TOO_MANY_REFUNDS: { status: 409, meaning: 'the payment was refunded too often' },
  PROVIDER_EVENT_MISMATCH: { status: 409, meaning: 'the id of the event belongs to an event with another outcome' },
  WEBHOOK_NOT_FOUND: { status: 404, meaning: 'there is no such webhook' },
  WEBHOOK_EXISTS: { status: 409, meaning: 'another webhook has this URL' },
  TOO_MANY_WEBHOOKS: { status: 409, meaning: 'there are as many webhooks as there may be' },
  CUSTOMER_ACTION_NOT_FOUND: { status: 404, meaning: 'no payment with this reference waits for its customer' },
  ORDER_CANCELLED: { status: 409, meaning: 'the order was cancelled' },
  PAYMENT_KEPT: { status: 409, meaning: 'the order is paid, and a compensation that came late leaves its payment' },
  NEEDS_ATTENTION: { status: 503, meaning: 'the order is parked until an operator has looked at it' },
  INVALID_TASK_INPUT: { status: 500, meaning: 'a task of the saga got an input it cannot work with' },
  SERVICE_CONTRACT: { status: 500, meaning: 'a service answered in a way that its contract does not have' },
} as const satisfies Record<string, ErrorCodeDescription>;

/** Codes of errors that a later attempt may not meet. */
const RETRYABLE_CODES = {
  OVERLOADED: { status: 503, meaning: 'too many requests at once; nothing was done, try again after Retry-After' },
  ORDERS_UNAVAILABLE: {
    status: 503,
    meaning: 'the order store does not answer; repeat the same request (and Idempotency-Key) to learn its outcome',
  },
  SAGA_UNAVAILABLE: { status: 503, meaning: 'Step Functions does not answer; try again after Retry-After' },
  INVENTORY_UNAVAILABLE: { status: 503, meaning: 'the inventory does not answer; try again after Retry-After' },
  PAYMENT_UNAVAILABLE: { status: 503, meaning: 'the payment service does not answer; try again after Retry-After' },
  WEBHOOKS_UNAVAILABLE: { status: 503, meaning: 'the store of webhooks does not answer; try again after Retry-After' },
  NOT_READY: { status: 503, meaning: 'something that the API needs does not answer; data says what' },
  PAYMENT_PENDING: { status: 503, meaning: 'the payment is not settled yet; the same request again finds out' },
} as const satisfies Record<string, ErrorCodeDescription>;

/**
 * Every code that `meta.code` of a response may carry. A published code keeps its meaning.
 *
 * The saga's tasks use the same codes: `POST /payment/pay` shows some of their errors to the customer.
 */
export const ERROR_CODES = { ...TERMINAL_CODES, ...RETRYABLE_CODES };

/** A constant for programs; see {@link ERROR_CODES}. */
export type ErrorCode = keyof typeof ERROR_CODES;

/** The code of an error that a later attempt may not meet. */
export type RetryableCode = keyof typeof RETRYABLE_CODES;

/**
 * Root of the functions' own errors. `name` is the name of the class: Step Functions compares it with `ErrorEquals`.
 * `stack` begins with it too.
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

/** The same attempt again ends the same way. */
export abstract class TerminalError extends OrderSystemError {}

/** The cause of an error, and what its caller outside may read. */
export interface RetryableErrorOptions extends ErrorOptions {
  /** The sentence for callers of the API, where the message has details for operators only. Default: the message. */
  readonly publicMessage?: string;
}

/** The same attempt again may succeed. Whether this one took effect may be unknown. */
export class RetryableError extends OrderSystemError {
  readonly code: RetryableCode;
  readonly publicMessage: string;

  constructor(code: RetryableCode, message: string, options: RetryableErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.publicMessage = options.publicMessage ?? message;
  }
}

/** Base of the terminal error with this code; {@link ERROR_CODES} says what the code means. */
function terminalError<const Code extends keyof typeof TERMINAL_CODES>(code: Code) {
  return class extends TerminalError {
    readonly code = code;
  };
}

/** One fault of a request. */
export interface RequestFault {
  /** Its place, such as `list[0].count` or `Idempotency-Key`; empty for the body as a whole. */
  readonly path: string;
  /** What is expected there. */
  readonly message: string;
}

/** Thrown when a request differs from its documentation; `faults` names each difference. */
export class InvalidRequestError extends terminalError('INVALID_REQUEST') {
  readonly faults: readonly RequestFault[];

  constructor(faults: readonly RequestFault[], options?: ErrorOptions) {
    super(faults.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; '), options);
    this.faults = faults;
  }
}

/** Thrown when the order does not exist or belongs to somebody else. */
export class OrderNotFoundError extends terminalError('ORDER_NOT_FOUND') {
  constructor() {
    super('no record found');
  }
}

/** Thrown when the order has no refund of the given id. */
export class RefundNotFoundError extends terminalError('REFUND_NOT_FOUND') {
  constructor() {
    super('the order has no such refund');
  }
}

// Errors of the HTTP API.
export class UnauthenticatedError extends terminalError('UNAUTHENTICATED') {}
export class NoSuchCallError extends terminalError('NO_SUCH_CALL') {}
export class ForbiddenError extends terminalError('FORBIDDEN') {}
export class BodyTooLargeError extends terminalError('BODY_TOO_LARGE') {}
export class UnsupportedMediaTypeError extends terminalError('UNSUPPORTED_MEDIA_TYPE') {}
export class IdempotencyKeyReusedError extends terminalError('IDEMPOTENCY_KEY_REUSED') {}
export class OrderNotCancellableError extends terminalError('ORDER_NOT_CANCELLABLE') {}
export class OrderNotParkedError extends terminalError('ORDER_NOT_PARKED') {}
export class OrderNotRefundableError extends terminalError('ORDER_NOT_REFUNDABLE') {}
export class OrderNotPayableError extends terminalError('ORDER_NOT_PAYABLE') {}
export class PaymentWindowClosedError extends terminalError('PAYMENT_WINDOW_CLOSED') {}
export class PaymentInProgressError extends terminalError('PAYMENT_IN_PROGRESS') {}

export class WebhookNotFoundError extends terminalError('WEBHOOK_NOT_FOUND') {
  constructor() {
    super('there is no such webhook');
  }
}
export class WebhookExistsError extends terminalError('WEBHOOK_EXISTS') {}
export class TooManyWebhooksError extends terminalError('TOO_MANY_WEBHOOKS') {}

// Refusals of the Inventory service. After the first two, nothing is held.
export class OutOfStockError extends terminalError('OUT_OF_STOCK') {}
export class ItemNotFoundError extends terminalError('ITEM_NOT_FOUND') {}
export class ReservationReleasedError extends terminalError('RESERVATION_RELEASED') {}
export class ReservationExpiredError extends terminalError('RESERVATION_EXPIRED') {}
export class ReservationMismatchError extends terminalError('RESERVATION_MISMATCH') {}
export class ReservationCommittedError extends terminalError('RESERVATION_COMMITTED') {}
export class ReservationNotFoundError extends terminalError('RESERVATION_NOT_FOUND') {}
export class ReservationNotCommittedError extends terminalError('RESERVATION_NOT_COMMITTED') {}
export class ReturnExceedsSoldError extends terminalError('RETURN_EXCEEDS_SOLD') {}
export class ReturnMismatchError extends terminalError('RETURN_MISMATCH') {}
export class TooManyReturnsError extends terminalError('TOO_MANY_RETURNS') {}
export class RestockMismatchError extends terminalError('RESTOCK_MISMATCH') {}
export class CorrectionMismatchError extends terminalError('CORRECTION_MISMATCH') {}

// Refusals of the Payment service. After the first four, another payment may be tried.
export class PaymentDeclinedError extends terminalError('PAYMENT_DECLINED') {}
export class InsufficientFundsError extends terminalError('INSUFFICIENT_FUNDS') {}
export class InvalidPaymentMethodError extends terminalError('INVALID_PAYMENT_METHOD') {}
/** Thrown when the provider waits for the customer. Nothing is authorized yet. */
export class CustomerActionRequiredError extends terminalError('CUSTOMER_ACTION_REQUIRED') {
  /** Where the customer confirms the payment: a URL, or a path of the HTTP API. */
  readonly actionUrl: string;

  constructor(actionUrl: string) {
    super('the customer has to confirm the payment; send them to meta.action_url');
    this.actionUrl = actionUrl;
  }
}
export class PaymentVoidedError extends terminalError('PAYMENT_VOIDED') {}
export class PaymentNotAuthorizedError extends terminalError('PAYMENT_NOT_AUTHORIZED') {}
export class PaymentMismatchError extends terminalError('PAYMENT_MISMATCH') {}
export class PaymentAlreadyCapturedError extends terminalError('PAYMENT_ALREADY_CAPTURED') {}
export class PaymentRefundedError extends terminalError('PAYMENT_REFUNDED') {}
export class PaymentNotCapturedError extends terminalError('PAYMENT_NOT_CAPTURED') {}
export class PaymentNotFoundError extends terminalError('PAYMENT_NOT_FOUND') {}
export class RefundExceedsCapturedError extends terminalError('REFUND_EXCEEDS_CAPTURED') {}
export class RefundDeclinedError extends terminalError('REFUND_DECLINED') {}
export class RefundMismatchError extends terminalError('REFUND_MISMATCH') {}
export class TooManyRefundsError extends terminalError('TOO_MANY_REFUNDS') {}
export class ProviderEventMismatchError extends terminalError('PROVIDER_EVENT_MISMATCH') {}
export class CustomerActionNotFoundError extends terminalError('CUSTOMER_ACTION_NOT_FOUND') {}

// Errors of the saga itself.
export class OrderCancelledError extends terminalError('ORDER_CANCELLED') {}
/** Thrown by a compensation that comes too late: the order is paid, and its money stays taken. */
export class PaymentKeptError extends terminalError('PAYMENT_KEPT') {}
export class NeedsAttentionError extends terminalError('NEEDS_ATTENTION') {}
export class InvalidTaskInputError extends terminalError('INVALID_TASK_INPUT') {}
export class ServiceContractError extends terminalError('SERVICE_CONTRACT') {}
