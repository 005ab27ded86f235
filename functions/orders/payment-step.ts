import { OrderNotPayableError, PaymentInProgressError, type TerminalError } from '../common/errors.ts';
import type { Order } from './order.ts';
import { isClaimed, isOutOfAttempts } from './payment-claim.ts';

/** The next step of a payment, for an order as it stands. */
export type PaymentStep =
  /** This payment has taken the money. */
  | { readonly step: 'DONE' }
  /** The saga is at work: read the order again a little later. */
  | { readonly step: 'WAIT' }
  /** The order waits for a payment and no claim is in force, not even one that this payment made before. */
  | { readonly step: 'CLAIM' }
  /** This payment holds the claim: authorize it and complete the saga's task. */
  | { readonly step: 'AUTHORIZE'; readonly taskToken: string; readonly amountMinor: number; readonly currency: string }
  /** The order will not be paid by this payment. */
  | { readonly step: 'REFUSE'; readonly error: TerminalError };

/** States of the saga behind the pivot. The money of an order that is parked at one of them is taken. */
const STATES_BEHIND_THE_PIVOT: ReadonlySet<string | undefined> = new Set([
  'RecordPayment',
  'CommitInventory',
  'ConfirmOrder',
]);

/** Decides over the next step of a payment. Pure: the order is as last read. */
export function nextPaymentStep(order: Order, paymentId: string, now: Date): PaymentStep {
  switch (order.status) {
    case 'PENDING':
    case 'RESERVED':
      if (order.payment_method !== undefined) {
        return refuse('the order is paid with the method it was placed with');
      }
      return order.cancel_requested_at === undefined ? { step: 'WAIT' } : refuse('the order is being cancelled');
    case 'AWAITING_PAYMENT':
      return stepWhileAwaited(order, paymentId, now);
    case 'AUTHORIZED':
      return order.payment_id === paymentId ? { step: 'WAIT' } : inProgress();
    case 'PAID':
    case 'CONFIRMED':
      return order.payment_id === paymentId ? { step: 'DONE' } : refuse('the order was paid with another payment');
    case 'NEEDS_ATTENTION':
      return order.payment_id === paymentId && STATES_BEHIND_THE_PIVOT.has(order.parked_step)
        ? { step: 'DONE' }
        : refuse('the order waits for an operator and takes no payment');
    case 'REJECTED':
    case 'CANCELLED':
    case 'EXPIRED':
      return refuse(
        `the order is ${order.status.toLowerCase()}${order.reason === undefined ? '' : `: ${order.reason}`}`,
      );
  }
}

function stepWhileAwaited(order: Order, paymentId: string, now: Date): PaymentStep {
  const { payment_id, task_token, amount_minor, currency } = order;
  if (order.cancel_requested_at !== undefined) {
    return refuse('the order is being cancelled');
  }
  if (!isClaimed(order, now) && !isOutOfAttempts(order)) {
    return { step: 'CLAIM' };
  }
  if (payment_id !== paymentId) {
    return isClaimed(order, now) ? inProgress() : refuse('too many payments of the order were tried');
  }
  if (task_token === undefined || amount_minor === undefined || currency === undefined) {
    throw new Error(`order ${order.order_id} waits for its payment without a token or an amount`);
  }
  return { step: 'AUTHORIZE', taskToken: task_token, amountMinor: amount_minor, currency };
}

function refuse(message: string): PaymentStep {
  return { step: 'REFUSE', error: new OrderNotPayableError(message) };
}

function inProgress(): PaymentStep {
  return {
    step: 'REFUSE',
    error: new PaymentInProgressError(
      'another payment of the order is under way; repeat that one, or try this one again in a minute',
    ),
  };
}
