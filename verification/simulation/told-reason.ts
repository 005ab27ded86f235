import type { Course } from './course.ts';

/** What a customer is told, by the step that was given up and the error that it was given up for. */
const REASONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ReserveInventory: {
    OutOfStockError: 'OUT_OF_STOCK',
    ItemNotFoundError: 'ITEM_NOT_FOUND',
    InvalidTaskInputError: 'INVALID_ORDER',
    otherwise: 'INVENTORY_UNAVAILABLE',
  },
  RecordReservation: {
    'DynamoDB.ConditionalCheckFailedException': 'CANCELLED_BY_CUSTOMER',
    otherwise: 'ORDERS_UNAVAILABLE',
  },
  AuthorizePayment: {
    PaymentDeclinedError: 'PAYMENT_DECLINED',
    InsufficientFundsError: 'INSUFFICIENT_FUNDS',
    InvalidPaymentMethodError: 'INVALID_PAYMENT_METHOD',
    InvalidTaskInputError: 'INVALID_PAYMENT',
    otherwise: 'PAYMENT_UNAVAILABLE',
  },
  AwaitPayment: {
    'States.Timeout': 'PAYMENT_WINDOW_EXPIRED',
    OrderCancelledError: 'CANCELLED_BY_CUSTOMER',
    otherwise: 'PAYMENT_UNAVAILABLE',
  },
  RecordAuthorization: {
    'DynamoDB.ConditionalCheckFailedException': 'CANCELLED_BY_CUSTOMER',
    otherwise: 'ORDERS_UNAVAILABLE',
  },
  ExtendReservation: {
    ReservationExpiredError: 'RESERVATION_EXPIRED',
    ReservationReleasedError: 'RESERVATION_EXPIRED',
    otherwise: 'INVENTORY_UNAVAILABLE',
  },
  CapturePayment: {
    PaymentNotAuthorizedError: 'CAPTURE_REFUSED',
    PaymentVoidedError: 'CAPTURE_REFUSED',
    PaymentRefundedError: 'CAPTURE_REFUSED',
    otherwise: 'PAYMENT_UNAVAILABLE',
  },
};

/** A saga that closes its order for another reason than the one it gave up for; undefined where it tells the truth. */
export function findWrongReason(orderId: string, { gaveUp, closedFor }: Course): string | undefined {
  const why = gaveUp.find(({ state }) => REASONS[state] !== undefined);
  if (why === undefined || closedFor === undefined) {
    return undefined;
  }
  const reasons = REASONS[why.state] ?? {};
  const expected = reasons[why.error] ?? reasons.otherwise;
  if (closedFor === expected) {
    return undefined;
  }
  return `wrong reason: order ${orderId}: ${why.state} was given up for ${why.error}, but the customer is told ${closedFor} and not ${expected}`;
}
