import { leaseBegan, UNCLAIMED } from './claim-lease.ts';
import type { Order } from './order.ts';
import { type ConditionalWrite, type OrderTable, type OrderUpdate, updateOrder } from './order-table.ts';

/** Entries after which no further payment may claim an order: its record must not grow without end. */
const MOST_TIMELINE_ENTRIES = 200;

/** The change by which a payment claims an order that waits for its payment, where no other claim is in force. */
export function paymentClaim(orderId: string, paymentId: string, now: Date): OrderUpdate {
  const at = now.toISOString();
  return {
    orderId,
    set: 'payment_id = :payment_id, payment_claimed_at = :claimed_at',
    condition:
      `#status = :awaiting AND attribute_not_exists(cancel_requested_at) AND ${UNCLAIMED} ` +
      'AND size(timeline) < :most_entries',
    values: {
      ':payment_id': paymentId,
      ':claimed_at': at,
      ':lease_began': leaseBegan(now),
      ':awaiting': 'AWAITING_PAYMENT',
      ':most_entries': MOST_TIMELINE_ENTRIES,
    },
    entry: { at, status: 'AWAITING_PAYMENT', what: `payment ${paymentId} begun` },
  };
}

/**
 * Claims an order that waits for its payment: for a while neither another payment nor a cancellation gets in between. Not
 * applied where the order does not wait for a payment, is being cancelled, or is claimed (by this payment or another).
 *
 * A claim that ran out is taken over. What its payment may still do is refused elsewhere: Payment knows one payment of an
 * order at a time and refuses another (PAYMENT_MISMATCH), and the saga records no authorization of a cancelled order.
 */
export function claimForPayment(
  table: OrderTable,
  orderId: string,
  paymentId: string,
  now: Date,
): Promise<ConditionalWrite> {
  return updateOrder(table, paymentClaim(orderId, paymentId, now));
}

/** The change by which a refused payment gives its claim back. */
export function claimGivenUp(orderId: string, paymentId: string, why: string, now: Date): OrderUpdate {
  return {
    orderId,
    set: '#status = :awaiting',
    remove: 'payment_id, payment_claimed_at',
    condition: '#status = :awaiting AND payment_id = :payment_id',
    values: { ':payment_id': paymentId, ':awaiting': 'AWAITING_PAYMENT' },
    entry: { at: now.toISOString(), status: 'AWAITING_PAYMENT', what: `payment ${paymentId} refused`, why },
  };
}

/** Gives a claim back whose payment was refused, so that another payment may try. No effect where it is not held. */
export function giveUpClaim(
  table: OrderTable,
  orderId: string,
  paymentId: string,
  why: string,
  now: Date,
): Promise<ConditionalWrite> {
  return updateOrder(table, claimGivenUp(orderId, paymentId, why, now));
}

/** True where so many payments were tried that no further one is taken. */
export function isOutOfAttempts(order: Order): boolean {
  return order.timeline.length >= MOST_TIMELINE_ENTRIES;
}
