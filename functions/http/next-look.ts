import type { Order } from '../orders/order.ts';

/** An order usually moves on within a second. So long a caller asks as often as it likes. */
const PATIENCE_SECONDS = 1;
/** The pause before the next look is at most this part of the time that the order has been waiting. */
const SHARE_OF_WAIT = 1 / 4;
const LONGEST_SECONDS = 10;

/**
 * When a look at an order that its saga moves on is worth while: an order that has waited for long waits for a while yet.
 *
 * @param now milliseconds since the epoch
 * @returns whole seconds for `Retry-After`, 1 to 10; undefined where the caller need not wait, or where only somebody else
 *   moves the order on
 */
export function secondsUntilNextLook(order: Order, now: number): number | undefined {
  const waited = (now - Date.parse(order.updated_at)) / 1_000;
  if (!isOnItsWay(order) || !(waited >= PATIENCE_SECONDS)) {
    return undefined;
  }
  return Math.min(LONGEST_SECONDS, Math.max(1, Math.floor(waited * SHARE_OF_WAIT)));
}

function isOnItsWay({ status, cancel_requested_at }: Order): boolean {
  switch (status) {
    case 'PENDING':
    case 'RESERVED':
    case 'AUTHORIZED':
    case 'PAID':
      return true;
    case 'AWAITING_PAYMENT':
      return cancel_requested_at !== undefined;
    case 'CONFIRMED':
    case 'REJECTED':
    case 'CANCELLED':
    case 'EXPIRED':
    case 'NEEDS_ATTENTION':
      return false;
  }
}
