import { OrderNotPayableError, PaymentInProgressError, type TerminalError } from '../common/errors.ts';
import { isClaimed } from './claim-lease.ts';
import type { Order } from './order.ts';
import { isOutOfAttempts } from './payment-claim.ts';

/** What a payment has to do next about an order. */
export type PaymentMove =
  /** The money is taken by this very payment. */
  | { readonly move: 'DONE' }
  /** The saga is at work: look again a little later. */
  | { readonly move: 'WAIT' }
  /** The order waits for a payment, and no claim is in force: not even this payment's own, should it have made one. */
  | { readonly move: 'CLAIM' }
  /** This payment holds the claim: authorize it and wake the saga. */
  | { readonly move: 'AUTHORIZE'; readonly taskToken: string; readonly amountMinor: number; readonly currency: string }
  /** The order will not be paid by this payment. */
  | { readonly move: 'REFUSE'; readonly error: TerminalError };

/** Steps behind the pivot: an order parked at one of them has its money taken. */
const STEPS_BEHIND_THE_PIVOT: ReadonlySet<string | undefined> = new Set([
  'RecordPayment',
  'CommitInventory',
  'ConfirmOrder',
]);

/** Decides from the order as it stands what the payment has to do next. */
export function nextPaymentMove(order: Order, paymentId: string, now: Date): PaymentMove {
  switch (order.status) {
    case 'PENDING':
    case 'RESERVED':
      if (order.payment_method !== undefined) {
        return refuse('the order is paid with the method it was placed with');
      }
      return order.cancel_requested_at === undefined ? { move: 'WAIT' } : refuse('the order is being cancelled');
    case 'AWAITING_PAYMENT':
      return moveWhileAwaited(order, paymentId, now);
    case 'AUTHORIZED':
      return order.payment_id === paymentId ? { move: 'WAIT' } : inProgress();
    case 'PAID':
    case 'CONFIRMED':
      return order.payment_id === paymentId ? { move: 'DONE' } : refuse('the order was paid with another payment');
    case 'NEEDS_ATTENTION':
      return order.payment_id === paymentId && STEPS_BEHIND_THE_PIVOT.has(order.parked_step)
        ? { move: 'DONE' }
        : refuse('the order waits for an operator and takes no payment');
    case 'REJECTED':
    case 'CANCELLED':
    case 'EXPIRED':
      return refuse(
        `the order is ${order.status.toLowerCase()}${order.reason === undefined ? '' : `: ${order.reason}`}`,
      );
  }
}

function moveWhileAwaited(order: Order, paymentId: string, now: Date): PaymentMove {
  const { payment_id, task_token, amount_minor, currency } = order;
  if (order.cancel_requested_at !== undefined) {
    return refuse('the order is being cancelled');
  }
  if (!isClaimed(order, now) && !isOutOfAttempts(order)) {
    return { move: 'CLAIM' };
  }
  if (payment_id !== paymentId) {
    return isClaimed(order, now) ? inProgress() : refuse('too many payments of the order were tried');
  }
  if (task_token === undefined || amount_minor === undefined || currency === undefined) {
    throw new Error(`order ${order.order_id} waits for its payment without a token or an amount`);
  }
  return { move: 'AUTHORIZE', taskToken: task_token, amountMinor: amount_minor, currency };
}

function refuse(message: string): PaymentMove {
  return { move: 'REFUSE', error: new OrderNotPayableError(message) };
}

function inProgress(): PaymentMove {
  return {
    move: 'REFUSE',
    error: new PaymentInProgressError(
      'another payment of the order is under way; repeat that one, or try this one again in a minute',
    ),
  };
}
