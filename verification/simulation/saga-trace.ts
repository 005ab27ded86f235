import type { HistoryEvent, Json } from 'resilient-stepfunctions/core';

/** The error with which the saga left a state. */
export interface FailedState {
  readonly state: string;
  readonly error: string;
}

/** The path of one saga through its states, collected from its history. */
export class SagaTrace {
  /** Names of the states that were entered, with task errors in brackets between them. */
  readonly path: string[] = [];
  /** The current state. */
  state = '';
  /** States that the saga left because of an error. */
  readonly failedStates: FailedState[] = [];
  /** The reason code of the first attempt to close the order. */
  closeReason: string | undefined;
  /** Refusals by the orders table that no cancellation explains. */
  readonly refusals: FailedState[] = [];
  #failed: FailedState | undefined;

  record(history: readonly HistoryEvent[]): void {
    for (const event of history) {
      if ('stateEnteredEventDetails' in event) {
        this.#enter(String(event.stateEnteredEventDetails.name));
      }
      if ('taskFailedEventDetails' in event) {
        const { error, cause } = event.taskFailedEventDetails;
        this.#fail(error);
        if (isNeedlessRefusal(this.state, error, cause)) {
          this.refusals.push({ state: this.state, error: error ?? '' });
        }
      }
      if ('taskTimedOutEventDetails' in event) {
        this.#fail(event.taskTimedOutEventDetails.error);
      }
      if ('taskSucceededEventDetails' in event) {
        this.#failed = undefined;
      }
    }
  }

  /** Records a task's call. */
  recordCall(input: Json): void {
    if (this.state !== 'CloseOrder' && this.state !== 'CloseCancelledOrder') {
      return;
    }
    const { ExpressionAttributeValues } = input as { ExpressionAttributeValues?: Record<string, { S?: string }> };
    this.closeReason ??= ExpressionAttributeValues?.[':code']?.S;
  }

  #enter(state: string): void {
    if (this.#failed !== undefined) {
      this.failedStates.push(this.#failed);
    }
    this.#failed = undefined;
    this.state = state;
    this.path.push(state);
  }

  #fail(error: string | undefined): void {
    this.#failed = { state: this.state, error: error ?? '' };
    this.path.push(`(${error})`);
  }
}

/** Writes that only their own fence refuses: late ones, whose answer no saga hears. */
const NEVER_REFUSED: ReadonlySet<string> = new Set(['RecordPayment', 'ConfirmOrder', 'CloseCancelledOrder']);

function isNeedlessRefusal(state: string, error: string | undefined, cause: string | undefined): boolean {
  switch (error) {
    case 'DynamoDB.ConditionalCheckFailedException':
      return NEVER_REFUSED.has(state);
    case 'InvalidTaskInputError':
      // The network injects the same error as a defect of the function.
      return state === 'AwaitPayment' && cause?.includes('injected') === false;
    default:
      return false;
  }
}

/**
 * Describes writes of a saga to its own order that were refused although they were due. A confirmation is not due again once
 * the order has refunds.
 */
export function findNeedlessRefusals(orderId: string, { refusals }: SagaTrace, isRefunded: boolean): readonly string[] {
  return refusals
    .filter(({ state }) => !(isRefunded && state === 'ConfirmOrder'))
    .map(({ state, error }) => `refused write: order ${orderId}: ${state} failed with ${error}`);
}

/** The expected reason code, by failed state and error. */
const REASONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ReserveInventory: {
    OutOfStockError: 'OUT_OF_STOCK',
    ItemNotFoundError: 'ITEM_NOT_FOUND',
    InvalidTaskInputError: 'INVALID_ORDER',
    otherwise: 'INVENTORY_UNAVAILABLE',
  },
  RecordReservation: {
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
    PaymentDeclinedError: 'PAYMENT_DECLINED',
    OrderCancelledError: 'CANCELLED_BY_CUSTOMER',
    otherwise: 'PAYMENT_UNAVAILABLE',
  },
  RecordAuthorization: {
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

/**
 * Describes a saga that closed its order with another reason than its first failure; undefined if it is right. An
 * accepted cancellation is a right reason, whatever failed first.
 */
export function findWrongReason(
  orderId: string,
  { failedStates, closeReason }: SagaTrace,
  isCancelled: boolean,
): string | undefined {
  const why = failedStates.find(({ state }) => REASONS[state] !== undefined);
  if (why === undefined || closeReason === undefined) {
    return undefined;
  }
  const reasons = REASONS[why.state] ?? {};
  const expected = reasons[why.error] ?? reasons.otherwise;
  if (closeReason === expected || (isCancelled && closeReason === 'CANCELLED_BY_CUSTOMER')) {
    return undefined;
  }
  return `wrong reason: order ${orderId}: ${why.state} failed with ${why.error}, but the order was closed with ${closeReason} instead of ${expected}`;
}
