import type { Order } from './order.ts';

// `POST /payment/pay` claims an order before it authorizes the payment. While the claim is in force, neither another payment
// nor a cancellation comes in between. A claim that has expired may be taken over. The money stays safe: Payment knows one
// payment of an order at a time and refuses another (PAYMENT_MISMATCH), and the saga records no authorization of a cancelled
// order. The writes themselves stand in order-writes.ts.

/**
 * How long a claim is in force, in milliseconds. Longer than a request that pays can run (its function's 28 seconds), so the
 * request of an expired claim has died.
 */
export const CLAIM_LEASE_MS = 60_000;

/** Timeline entries after which no further payment may claim an order. The limit bounds the size of its record. */
export const MAX_TIMELINE_ENTRIES = 200;

/** The limit for one payment. A payment that its customer has confirmed is not lost to the tries before it. */
export function timelineLimit(isConfirmed: boolean): number {
  return isConfirmed ? 2 * MAX_TIMELINE_ENTRIES : MAX_TIMELINE_ENTRIES;
}

/** Part of a write's condition: no payment's claim is in force. `:lease_began` is {@link leaseBegan}. */
export const UNCLAIMED = '(attribute_not_exists(payment_id) OR payment_claimed_at < :lease_began)';

/** Claims made before this time have expired. */
export function leaseBegan(now: Date): string {
  return new Date(now.getTime() - CLAIM_LEASE_MS).toISOString();
}

/** True where a payment's claim is in force: the opposite of {@link UNCLAIMED}, for an order that was read. */
export function isClaimed({ payment_id, payment_claimed_at }: Order, now: Date): boolean {
  if (payment_id === undefined) {
    return false;
  }
  return payment_claimed_at === undefined || payment_claimed_at >= leaseBegan(now);
}

/** True where so many payments were tried that the order takes no further one. */
export function isOutOfAttempts(order: Order, isConfirmed: boolean): boolean {
  return order.timeline.length >= timelineLimit(isConfirmed);
}
