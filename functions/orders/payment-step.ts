import {
  OrderNotPayableError,
  PaymentInProgressError,
  PaymentRefundedError,
  PaymentWindowClosedError,
  type TerminalError,
} from '../common/errors.ts';
import type { Order } from './order.ts';
import { isBehindPivot } from './order-status.ts';
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

/**
 * Decides over the next step of a payment. Pure.
 *
 * @param order as last read
 * @param isConfirmed true where the provider has said that the customer confirmed the payment
 */
export function nextPaymentStep(order: Order, paymentId: string, now: Date, isConfirmed = false): PaymentStep {
  switch (order.status) {
    case 'PENDING':
    case 'RESERVED':
      if (order.payment_method !== undefined && paymentId !== order.order_id) {
        return refuse('the order is paid with the method it was placed with');
      }
      return order.cancel_requested_at === undefined ? { step: 'WAIT' } : refuse('the order is being cancelled');
    case 'AWAITING_PAYMENT':
      return stepWhileAwaited(order, paymentId, now, isConfirmed);
    case 'AUTHORIZED':
      return order.payment_id === paymentId ? { step: 'WAIT' } : inProgress();
    case 'PAID':
    case 'CONFIRMED':
      return isFree(order) || order.payment_id === paymentId
        ? doneUnlessRefunded(order)
        : refuse('the order was paid with another payment');
    case 'NEEDS_ATTENTION':
      return order.payment_id === paymentId && isPaidWhileParked(order)
        ? doneUnlessRefunded(order)
        : refuse('the order waits for an operator and takes no payment');
    case 'REJECTED':
    case 'CANCELLED':
    case 'EXPIRED':
      return refuse(
        `the order is ${order.status.toLowerCase()}${order.reason === undefined ? '' : `: ${order.reason}`}`,
      );
  }
}

/** True where the order costs nothing, so that no payment is asked for. */
function isFree({ amount_minor }: Order): boolean {
  return amount_minor === 0;
}

function isPaidWhileParked({ parked_step, abandon_requested_at }: Order): boolean {
  return isBehindPivot(parked_step) && abandon_requested_at === undefined;
}

function doneUnlessRefunded({ amount_minor = 0, refunded_minor = 0 }: Order): PaymentStep {
  if (refunded_minor > 0 && refunded_minor >= amount_minor) {
    return { step: 'REFUSE', error: new PaymentRefundedError('the money of the order was given back') };
  }
  return { step: 'DONE' };
}

/**
 * True where the order takes no new payment: its time to pay is over. An end that lies further ahead than a whole window
 * shows a clock that was set back, and counts as over too.
 */
function isWindowClosed({ payment_due_at, payment_window_seconds }: Order, now: Date): boolean {
  if (payment_due_at === undefined) {
    return false;
  }
  const remainingMs = Date.parse(payment_due_at) - now.getTime();
  return remainingMs <= 0 || remainingMs > payment_window_seconds * 1_000;
}

function stepWhileAwaited(order: Order, paymentId: string, now: Date, isConfirmed: boolean): PaymentStep {
  const { payment_id, task_token, amount_minor, currency } = order;
  if (order.cancel_requested_at !== undefined) {
    return refuse('the order is being cancelled');
  }
  if (order.payment_undone_at !== undefined) {
    return refuse('a payment of the order could not be completed and was undone; the order takes no other');
  }
  if (isWindowClosed(order, now)) {
    // This payment may have been completed in time: the saga, or the reconciliation, decides.
    return payment_id === paymentId ? { step: 'WAIT' } : windowClosed();
  }
  if (!isClaimed(order, now) && !isOutOfAttempts(order, isConfirmed)) {
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

function windowClosed(): PaymentStep {
  return { step: 'REFUSE', error: new PaymentWindowClosedError('the time to pay the order is over') };
}

function inProgress(): PaymentStep {
  return {
    step: 'REFUSE',
    error: new PaymentInProgressError(
      'another payment of the order is under way; repeat that one, or try this one again in a minute',
    ),
  };
}
