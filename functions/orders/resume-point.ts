import { InvalidTaskInputError } from '../common/errors.ts';
import { executionName, sagaRun } from './new-order.ts';
import type { Order, Outcome } from './order.ts';
import { isBehindPivot } from './order-status.ts';
import { paymentWindowEnd } from './payment-window.ts';

/** States at which a saga can go on. OrderClosed: nothing is left to do. */
export const RESUME_STEPS = [
  'ReserveInventory',
  'AwaitPayment',
  'IsHoldLongEnough',
  'RecordFreeOrder',
  'RecordPayment',
  'CommitInventory',
  'ConfirmOrder',
  'VoidPayment',
  'ReleaseInventory',
  'CloseOrder',
  'CloseCancelledOrder',
  'AwaitRedrive',
  'OrderClosed',
] as const;

/** A state at which a saga can go on. */
export type ResumeStep = (typeof RESUME_STEPS)[number];

/** States from which a saga asks where to go on. */
export const RESUMED_AFTER = [
  /** A further run of the order begins. */
  'IsResumed',
  'RecordReservation',
  'AwaitPayment',
  'RecordAuthorization',
  'RecordPayment',
  'RecordFreeOrder',
  'VoidPayment',
  'ParkOrder',
  'AwaitRedrive',
] as const;

/** A state from which a saga asks where to go on. */
export type ResumedAfter = (typeof RESUMED_AFTER)[number];

/** Where a saga goes on, and the end that it heads for. */
export interface ResumePoint {
  readonly step: ResumeStep;
  readonly outcome: Outcome;
}

/** Where the saga goes on, and what the steps from there on need. */
export interface ResumedSaga extends ResumePoint {
  readonly reservation: {
    readonly amount_minor: number;
    readonly currency: string;
    readonly lines: readonly never[];
    /** Long past, so that the hold is extended before the pivot. */
    readonly expires_at: string;
  };
  readonly payment: {
    readonly payment_id: string;
    /** Where the customer confirms a payment; null where the provider asks for nothing. */
    readonly action_url: string | null;
  };
  /** What is left of the payment window; at least one second. */
  readonly payment_window_seconds: number;
}

/** What the asking state knows. */
export interface ResumeRequest {
  readonly after: ResumedAfter;
  /** The end that the state would lead to; undefined where it has not failed. */
  readonly failure: Outcome | undefined;
  /** Name of the execution that asks; undefined where it is not known. */
  readonly execution: string | undefined;
}

const CONFIRMED: Outcome = { status: 'CONFIRMED', code: 'CONFIRMED', reason: 'paid and delivered' };
const CANCELLED: Outcome = {
  status: 'CANCELLED',
  code: 'CANCELLED_BY_CUSTOMER',
  reason: 'cancelled by the customer',
};
const UNDONE_PAYMENT = rejected('PAYMENT_UNAVAILABLE', 'the payment could not be completed');
const REFUNDED = rejected('PAYMENT_REFUNDED', 'the money was given back');
const ABANDONED = rejected('ABANDONED', 'the shop could not complete the order and has given it up');
const INCOMPLETE = rejected('ORDERS_UNAVAILABLE', 'the order could not be completed');

/**
 * Takes a saga up: the point at which it goes on, with what the record says about stock and payment.
 *
 * @throws InvalidTaskInputError as {@link resumePoint} does
 */
export function resumedSaga(
  orderId: string,
  order: Order | undefined,
  { after, failure, execution }: ResumeRequest,
  now: Date,
): ResumedSaga {
  const point =
    order !== undefined && isSuperseded(order, execution)
      ? ({ step: 'OrderClosed', outcome: failure ?? INCOMPLETE } as const)
      : resumePoint(order, after, failure, now);
  return {
    ...point,
    reservation: {
      amount_minor: order?.amount_minor ?? 0,
      currency: order?.currency ?? '',
      lines: [],
      expires_at: new Date(0).toISOString(),
    },
    payment: { payment_id: order?.payment_id ?? orderId, action_url: order?.payment_action_url ?? null },
    payment_window_seconds: order === undefined ? 1 : Math.max(1, remainingWindowSeconds(order, now)),
  };
}

/**
 * True where the order has a later run than the one that asks. Its start may arrive minutes late, after the reconciliation
 * took it for lost. Two runs that wait for one payment would take each other's task token.
 */
function isSuperseded(order: Order, execution: string | undefined): boolean {
  const earlier = Array.from({ length: sagaRun(order) }, (_, run) =>
    executionName({ order_id: order.order_id, saga_run: run }),
  );
  return execution !== undefined && earlier.includes(execution);
}

/**
 * Decides where a saga goes on, from the order's record alone. An execution may know less than the record: it is a further
 * run, or its journal was restored from a backup. Pure.
 *
 * @param order as it stands; undefined where the record is gone, and then what the saga did is undone
 * @param after the state that asks
 * @param failure the end that the asking state would lead to; undefined where it has not failed
 * @throws InvalidTaskInputError where the order is parked at a step that this version does not know
 */
export function resumePoint(
  order: Order | undefined,
  after: ResumedAfter,
  failure: Outcome | undefined,
  now: Date,
): ResumePoint {
  if (order === undefined) {
    return after === 'ParkOrder'
      ? { step: 'OrderClosed', outcome: INCOMPLETE }
      : { step: 'VoidPayment', outcome: INCOMPLETE };
  }
  switch (order.status) {
    case 'CONFIRMED':
    case 'REJECTED':
    case 'CANCELLED':
    case 'EXPIRED':
      return { step: 'OrderClosed', outcome: failure ?? INCOMPLETE };
    case 'NEEDS_ATTENTION':
      return parkedPoint(order, after);
    case 'PAID':
      return { step: 'CommitInventory', outcome: CONFIRMED };
    case 'AUTHORIZED':
      // Compensation that came late from another run gives the money back.
      return order.payment_reversed_at === undefined
        ? { step: 'IsHoldLongEnough', outcome: CONFIRMED }
        : { step: 'VoidPayment', outcome: UNDONE_PAYMENT };
    case 'PENDING':
    case 'RESERVED':
    case 'AWAITING_PAYMENT': {
      const end = requestedEnd(order) ?? failure ?? expiry(order, now);
      if (end !== undefined) {
        return { step: 'VoidPayment', outcome: end };
      }
      return { step: order.status === 'AWAITING_PAYMENT' ? 'AwaitPayment' : 'ReserveInventory', outcome: CONFIRMED };
    }
  }
}

/** The end that a customer's cancellation, or an undone payment, has decided for an order that is not authorized yet. */
function requestedEnd({ cancel_requested_at, payment_undone_at }: Order): Outcome | undefined {
  if (cancel_requested_at !== undefined) {
    return CANCELLED;
  }
  return payment_undone_at === undefined ? undefined : UNDONE_PAYMENT;
}

function expiry(order: Order, now: Date): Outcome | undefined {
  if (remainingWindowSeconds(order, now) > 0) {
    return undefined;
  }
  return {
    status: 'EXPIRED',
    code: 'PAYMENT_WINDOW_EXPIRED',
    reason: `not paid within ${order.payment_window_seconds} seconds`,
  };
}

function parkedPoint(order: Order, after: ResumedAfter): ResumePoint {
  switch (after) {
    case 'IsResumed':
    case 'AwaitRedrive':
      return redrivenPoint(order);
    case 'ParkOrder':
      // A later parking has refused this one: its execution waits for the operator, and so does this one.
      return { step: 'AwaitRedrive', outcome: parkedOutcome(order) };
    case 'RecordReservation':
    case 'AwaitPayment':
    case 'RecordAuthorization':
    case 'RecordPayment':
    case 'RecordFreeOrder':
    case 'VoidPayment':
      // The order was parked meanwhile, by another run or by the reconciliation. Only an operator moves it now.
      return { step: 'OrderClosed', outcome: parkedOutcome(order) };
  }
}

function redrivenPoint(order: Order): ResumePoint {
  const { amount_minor = 0, refunded_minor = 0, abandon_requested_at, cancel_requested_at, parked_step } = order;
  if (abandon_requested_at !== undefined) {
    return { step: 'VoidPayment', outcome: ABANDONED };
  }
  // The pivot of a free order refuses for ever once its customer has cancelled: the order would stay parked.
  if (parked_step === 'RecordFreeOrder' && cancel_requested_at !== undefined) {
    return { step: 'VoidPayment', outcome: CANCELLED };
  }
  const outcome = parkedOutcome(order);
  if (outcome.status === 'CONFIRMED' && refunded_minor > 0 && refunded_minor >= amount_minor) {
    return { step: 'VoidPayment', outcome: REFUNDED };
  }
  const step = RESUME_STEPS.find((known) => known === parked_step);
  if (step === undefined) {
    throw new InvalidTaskInputError(`order ${order.order_id} is parked at ${parked_step}, which is no step to resume`);
  }
  return { step, outcome };
}

/** Records of an older version do not say which end they were parked on the way to. */
function parkedOutcome({ parked_outcome, parked_step, cancel_requested_at }: Order): Outcome {
  if (parked_outcome !== undefined) {
    return parked_outcome;
  }
  if (isBehindPivot(parked_step)) {
    return CONFIRMED;
  }
  return cancel_requested_at === undefined ? INCOMPLETE : CANCELLED;
}

/**
 * Whole seconds that are left of the order's payment window. A window that has not begun is left in full. A clock that was
 * set back adds no time beyond the window's own length.
 */
export function remainingWindowSeconds(order: Order, now: Date): number {
  const { payment_due_at, payment_window_seconds } = order;
  if (payment_due_at === undefined) {
    return payment_window_seconds;
  }
  const end = paymentWindowEnd(new Date(payment_due_at), payment_window_seconds);
  const remaining = Math.floor((end.getTime() - now.getTime()) / 1_000);
  return remaining > payment_window_seconds ? 0 : Math.max(0, remaining);
}

function rejected(code: string, reason: string): Outcome {
  return { status: 'REJECTED', code, reason };
}
