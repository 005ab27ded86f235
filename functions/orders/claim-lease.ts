import type { Order } from './order.ts';

/**
 * How long a payment's claim keeps other payments and cancellations away. Longer than a request that pays can be at work
 * (its function's 28 seconds): an older claim is one whose request died.
 */
export const CLAIM_LEASE_MS = 60_000;

/** Part of a condition: no payment has claimed the order, or its claim has run out. Its value is {@link leaseBegan}. */
export const UNCLAIMED = '(attribute_not_exists(payment_id) OR payment_claimed_at < :lease_began)';

/** A claim made before this has run out. */
export function leaseBegan(now: Date): string {
  return new Date(now.getTime() - CLAIM_LEASE_MS).toISOString();
}

/** The same as {@link UNCLAIMED} says of a record, the other way round. */
export function isClaimed({ payment_id, payment_claimed_at }: Order, now: Date): boolean {
  if (payment_id === undefined) {
    return false;
  }
  return payment_claimed_at === undefined || payment_claimed_at >= leaseBegan(now);
}
