import { isClaimed, leaseBegan, UNCLAIMED } from './claim-lease.ts';
import type { Order } from './order.ts';
import { type OrderTable, type OrderUpdate, updateOrder } from './order-table.ts';

/** What became of a customer's wish to cancel. */
export type Cancellation =
  /** Recorded, now or by an earlier request: the order will not be paid. */
  | { readonly outcome: 'REQUESTED'; readonly order: Order }
  /** The order has a payment under way, is paid, or is over. */
  | { readonly outcome: 'TOO_LATE'; readonly order: Order }
  | { readonly outcome: 'NOT_FOUND' };

/** The change that records the wish, while the order is in this state and no payment's claim is in force. */
export function cancellationWish(orderId: string, status: Order['status'], now: Date): OrderUpdate {
  const at = now.toISOString();
  return {
    orderId,
    set: 'cancel_requested_at = :at',
    condition: `#status = :status AND attribute_not_exists(cancel_requested_at) AND ${UNCLAIMED}`,
    values: { ':at': at, ':status': status, ':lease_began': leaseBegan(now) },
    entry: { at, status, what: 'cancellation requested' },
  };
}

/**
 * Records the customer's wish to cancel while it can still be granted: before the payment is authorized, and while no
 * payment's claim is in force. The saga records no authorization of an order that carries the wish, and a payment cannot
 * claim it, so a wish that was recorded is granted.
 *
 * @param order as last read; a change meanwhile is noticed
 */
export async function requestCancellation(table: OrderTable, order: Order, now: Date): Promise<Cancellation> {
  let current: Order | undefined = order;
  while (current !== undefined) {
    if (current.cancel_requested_at !== undefined) {
      return { outcome: 'REQUESTED', order: current };
    }
    if (!isCancellable(current, now)) {
      return { outcome: 'TOO_LATE', order: current };
    }
    const write = await updateOrder(table, cancellationWish(current.order_id, current.status, now));
    if (write.applied) {
      return { outcome: 'REQUESTED', order: write.order };
    }
    // An order only moves forward, so this comes to an end.
    current = write.order;
  }
  return { outcome: 'NOT_FOUND' };
}

function isCancellable(order: Order, now: Date): boolean {
  const { status } = order;
  return !isClaimed(order, now) && (status === 'PENDING' || status === 'RESERVED' || status === 'AWAITING_PAYMENT');
}
