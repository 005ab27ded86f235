interface ErrorCodeDescription {
  /** HTTP status of an answer that carries the code. */
  readonly status: number;
  /** What happened, for the reader of the API's documentation. */
  readonly meaning: string;
}

/**
 * Every code that can stand in `meta.code` of an answer. A code, once published, keeps its meaning.
 *
 * The codes of the saga's tasks are here too: the same errors reach the customer through `POST /payment/pay`.
 */
export const ERROR_CODES = {
  INVALID_REQUEST: { status: 400, meaning: 'the request is not as documented; meta.errors names each fault' },
  PAYMENT_DECLINED: { status: 402, meaning: 'the payment provider said no; another payment may be tried' },
  INSUFFICIENT_FUNDS: { status: 402, meaning: 'the payment provider said no for lack of funds' },
  INVALID_PAYMENT_METHOD: { status: 402, meaning: 'the payment provider does not know the payment method' },
  UNAUTHENTICATED: { status: 401, meaning: 'the credentials are missing or not valid' },
  FORBIDDEN: { status: 403, meaning: 'the caller may not do that' },
  NO_SUCH_CALL: { status: 404, meaning: 'the API has no such call: another path or method' },
  ORDER_NOT_FOUND: { status: 404, meaning: 'there is no such order' },
  IDEMPOTENCY_KEY_REUSED: { status: 409, meaning: 'the idempotency key belongs to an order with another body' },
  ORDER_NOT_CANCELLABLE: { status: 409, meaning: 'the order has gone too far to be cancelled' },
  ORDER_NOT_PAYABLE: { status: 409, meaning: 'the order does not wait for this payment and will not' },
  PAYMENT_IN_PROGRESS: { status: 409, meaning: 'another payment of the order is under way' },
  PAYMENT_MISMATCH: { status: 409, meaning: 'the order was authorized with another payment' },
  PAYMENT_VOIDED: { status: 409, meaning: 'the payment of the order was undone' },
  BODY_TOO_LARGE: { status: 413, meaning: 'the body is larger than 64 KB' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, meaning: 'the body is said to be something else than JSON' },
  INTERNAL_ERROR: { status: 500, meaning: 'a fault on our side; meta.request_id finds it in the log' },
  OVERLOADED: { status: 503, meaning: 'too much at once; nothing was done, try again after Retry-After' },
  ORDERS_UNAVAILABLE: {
    status: 503,
    meaning: 'the order store does not answer; repeat the same request (and Idempotency-Key) to learn its outcome',
  },
  SAGA_UNAVAILABLE: { status: 503, meaning: 'Step Functions does not answer; try again after Retry-After' },
  INVENTORY_UNAVAILABLE: { status: 503, meaning: 'the inventory does not answer; try again after Retry-After' },
  PAYMENT_UNAVAILABLE: { status: 503, meaning: 'the payment service does not answer; try again after Retry-After' },
  PAYMENT_PENDING: { status: 503, meaning: 'the payment is not settled yet; the same request again finds out' },
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
  ORDER_CANCELLED: { status: 409, meaning: 'the order was cancelled' },
  NEEDS_ATTENTION: { status: 503, meaning: 'the order is parked until an operator has looked at it' },
  INVALID_TASK_INPUT: { status: 500, meaning: 'a task of the saga got an input it cannot work with' },
  SERVICE_CONTRACT: { status: 500, meaning: 'a service answered in a way that its contract does not have' },
} as const satisfies Record<string, ErrorCodeDescription>;

/** A constant for programs; see {@link ERROR_CODES}. */
export type ErrorCode = keyof typeof ERROR_CODES;
