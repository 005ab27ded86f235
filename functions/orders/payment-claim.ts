import type { Order } from './order.ts';
import { type ConditionalWrite, type OrderTable, updateOrder } from './order-table.ts';

/** Entries after which no further payment may claim an order: its record must not grow without end. */
const MOST_TIMELINE_ENTRIES = 200;

/**
 * Claims an order that waits for its payment: from then on neither another payment nor a cancellation gets in between.
 * Not applied where the order does not wait for a payment, is being cancelled, or is claimed (by this payment or
 * another: see {@link isClaimedBy}).
 */
export function claimForPayment(
  table: OrderTable,
  orderId: string,
  paymentId: string,
  now: Date,
): Promise<ConditionalWrite> {
  return updateOrder(table, {
    orderId,
    set: 'payment_id = :payment_id',
    condition:
      '#status = :awaiting AND attribute_not_exists(cancel_requested_at) AND attribute_not_exists(payment_id) ' +
      'AND size(timeline) < :most_entries',
    values: { ':payment_id': paymentId, ':awaiting': 'AWAITING_PAYMENT', ':most_entries': MOST_TIMELINE_ENTRIES },
    entry: { at: now.toISOString(), status: 'AWAITING_PAYMENT', what: `payment ${paymentId} begun` },
  });
}

/** Gives a claim back whose payment was refused, so that another payment may try. No effect where it is not held. */
export function giveUpClaim(
  table: OrderTable,
  orderId: string,
  paymentId: string,
  why: string,
  now: Date,
): Promise<ConditionalWrite> {
  return updateOrder(table, {
    orderId,
    set: '#status = :awaiting',
    remove: 'payment_id',
    condition: '#status = :awaiting AND payment_id = :payment_id',
    values: { ':payment_id': paymentId, ':awaiting': 'AWAITING_PAYMENT' },
    entry: { at: now.toISOString(), status: 'AWAITING_PAYMENT', what: `payment ${paymentId} refused`, why },
  });
}

/** True while the order waits for its payment and this payment holds the claim. */
export function isClaimedBy(order: Order, paymentId: string): boolean {
  return (
    order.status === 'AWAITING_PAYMENT' && order.payment_id === paymentId && order.cancel_requested_at === undefined
  );
}

/** True where so many payments were tried that no further one is taken. */
export function isOutOfAttempts(order: Order): boolean {
  return order.timeline.length >= MOST_TIMELINE_ENTRIES;
}
