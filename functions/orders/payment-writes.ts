import type { Order } from './order.ts';
import { dueValues, type OrderUpdate } from './order-writes.ts';
import { leaseBegan, timelineLimit, UNCLAIMED } from './payment-claim.ts';
import { paymentDue } from './payment-window.ts';
import { CUSTOMER_ACTION_DUE_MS, WINDOW_DUE_MS } from './saga-due.ts';

// The writes of payments, most of them to an order that waits for its payment:
//
//   write                 made by                                  only where
//   paymentWait           task AwaitPayment                        reserved, not being cancelled, the attempt is the latest
//   paymentClaim          POST /payment/pay                        awaiting payment, not being cancelled, not claimed
//   paymentClaimRelease   POST /payment/pay, payment refused       awaiting payment, claimed by this payment
//   customerActionWait    POST /payment/pay, customer is asked     awaiting payment, claimed by this payment
//   paymentUndoing        POST /payment/pay, saga is gone          awaiting payment, claimed by this payment
//   paymentReversal       task VoidPayment, payment is captured    not paid, or given up by an operator

/** One attempt of the task AwaitPayment. */
export interface PaymentWait {
  readonly orderId: string;
  /** Completes the task. */
  readonly taskToken: string;
  /** Rises with every attempt of the task, over redrives too: tells an old token from the current one. */
  readonly attempt: number;
  /** When the saga entered the state; the payment window runs from then on. */
  readonly enteredAt: Date;
  readonly windowSeconds: number;
  /** Where the customer confirms the payment that the order was placed with; undefined where none is tried yet. */
  readonly actionUrl?: string | undefined;
}

/** The order waits for its payment. Its record keeps the token that completes the task. */
export function paymentWait({
  orderId,
  taskToken,
  attempt,
  enteredAt,
  windowSeconds,
  actionUrl,
}: PaymentWait): OrderUpdate {
  const windowDueMs = windowSeconds * 1_000 + WINDOW_DUE_MS;
  const isCustomerAsked = actionUrl !== undefined;
  return {
    orderId,
    set:
      '#status = :awaiting, task_token = :token, task_attempt = :attempt, ' +
      // A wait that is taken up again keeps the time that the customer was told.
      'payment_due_at = if_not_exists(payment_due_at, :payment_due), ' +
      `saga_due = :due_key, saga_due_at = :due${isCustomerAsked ? ', payment_action_url = :action_url' : ''}`,
    // A place that does not count attempts sends the same number each time: there, the last token counts.
    condition:
      '#status IN (:reserved, :awaiting) AND attribute_not_exists(cancel_requested_at) ' +
      'AND (attribute_not_exists(task_attempt) OR task_attempt < :attempt ' +
      'OR (task_attempt = :attempt AND task_token <> :token))',
    values: {
      ':reserved': 'RESERVED',
      ':awaiting': 'AWAITING_PAYMENT',
      ':token': taskToken,
      ':attempt': attempt,
      ':payment_due': paymentDue(enteredAt, windowSeconds).toISOString(),
      ...dueValues(orderId, enteredAt, isCustomerAsked ? Math.min(windowDueMs, CUSTOMER_ACTION_DUE_MS) : windowDueMs),
      ...(isCustomerAsked && { ':action_url': actionUrl }),
    },
    entry: {
      at: enteredAt.toISOString(),
      status: 'AWAITING_PAYMENT',
      what: 'waiting for the payment',
      why: `${isCustomerAsked ? 'the customer has to confirm it' : 'no payment method was given'}; the window is ${windowSeconds} seconds`,
    },
  };
}

/** A payment that may claim an order. `isConfirmed`: the provider has said that the customer confirmed it. */
export interface ClaimingPayment {
  readonly paymentId: string;
  readonly isConfirmed: boolean;
}

/**
 * A payment claims an order that waits for its payment; see payment-claim.ts. While the customer is asked to confirm one, a
 * claim is mostly a question how that stands. The timeline tells what comes of it.
 */
export function paymentClaim(
  { order_id, payment_action_url }: Pick<Order, 'order_id' | 'payment_action_url'>,
  { paymentId, isConfirmed }: ClaimingPayment,
  now: Date,
): OrderUpdate {
  const at = now.toISOString();
  return {
    orderId: order_id,
    set: 'payment_id = :payment_id, payment_claimed_at = :claimed_at',
    condition:
      `#status = :awaiting AND attribute_not_exists(cancel_requested_at) AND ${UNCLAIMED} ` +
      'AND size(timeline) < :most_entries',
    values: {
      ':payment_id': paymentId,
      ':claimed_at': at,
      ':lease_began': leaseBegan(now),
      ':awaiting': 'AWAITING_PAYMENT',
      ':most_entries': timelineLimit(isConfirmed),
    },
    entry:
      payment_action_url === undefined
        ? { at, status: 'AWAITING_PAYMENT', what: `payment ${paymentId} begun` }
        : undefined,
  };
}

/**
 * The provider asks the customer to confirm the payment. The claim is released meanwhile: the customer may pay otherwise, or
 * cancel. The payment claims the order again once it is confirmed.
 *
 * Where the order says so already, the claim alone is released. A customer who asks each second how the payment stands thus
 * neither fills the timeline nor puts off the reconciliation, which asks the provider.
 */
export function customerActionWait(
  { order_id, payment_action_url }: Pick<Order, 'order_id' | 'payment_action_url'>,
  paymentId: string,
  actionUrl: string,
  now: Date,
): OrderUpdate {
  const at = now.toISOString();
  const isKnown = payment_action_url === actionUrl;
  return {
    orderId: order_id,
    set: `payment_action_url = :action_url${isKnown ? '' : ', saga_due = :due_key, saga_due_at = :due'}`,
    remove: 'payment_id, payment_claimed_at',
    condition: '#status = :awaiting AND payment_id = :payment_id',
    values: {
      ':payment_id': paymentId,
      ':awaiting': 'AWAITING_PAYMENT',
      ':action_url': actionUrl,
      ...(!isKnown && dueValues(order_id, now, CUSTOMER_ACTION_DUE_MS)),
    },
    entry: isKnown
      ? undefined
      : { at, status: 'AWAITING_PAYMENT', what: `payment ${paymentId} waits for its customer to confirm it` },
  };
}

/** A refused payment releases its claim, so that another payment may try. */
export function paymentClaimRelease(orderId: string, paymentId: string, why: string, now: Date): OrderUpdate {
  return {
    orderId,
    set: '#status = :awaiting',
    remove: 'payment_id, payment_claimed_at, payment_action_url',
    condition: '#status = :awaiting AND payment_id = :payment_id',
    values: { ':payment_id': paymentId, ':awaiting': 'AWAITING_PAYMENT' },
    entry: { at: now.toISOString(), status: 'AWAITING_PAYMENT', what: `payment ${paymentId} refused`, why },
  };
}

/**
 * The saga cannot be told of a payment: its execution is gone. The order takes no payment any more, and the reconciliation
 * ends it.
 */
export function paymentUndoing(orderId: string, paymentId: string, now: Date): OrderUpdate {
  const at = now.toISOString();
  return {
    orderId,
    set: 'payment_undone_at = :at, saga_due = :due_key, saga_due_at = :due',
    remove: 'payment_id, payment_claimed_at',
    condition: '#status = :awaiting AND payment_id = :payment_id',
    values: { ':payment_id': paymentId, ':awaiting': 'AWAITING_PAYMENT', ':at': at, ...dueValues(orderId, now, 0) },
    entry: { at, status: 'AWAITING_PAYMENT', what: `payment ${paymentId} undone`, why: 'it could not be completed' },
  };
}

/**
 * A captured payment is about to be given back by compensation. From then on no run of the saga records the order as paid. An
 * order that is recorded as paid is refused: another run has taken it further. The first time is kept.
 */
export function paymentReversal(orderId: string, now: Date): OrderUpdate {
  return {
    orderId,
    set: 'payment_reversed_at = if_not_exists(payment_reversed_at, :at)',
    condition:
      'NOT #status IN (:paid, :confirmed) AND (attribute_exists(abandon_requested_at) ' +
      'OR NOT parked_step IN (:free, :payment, :commit, :confirm))',
    values: {
      ':at': now.toISOString(),
      ':paid': 'PAID',
      ':confirmed': 'CONFIRMED',
      ':free': 'RecordFreeOrder',
      ':payment': 'RecordPayment',
      ':commit': 'CommitInventory',
      ':confirm': 'ConfirmOrder',
    },
    entry: undefined,
  };
}
