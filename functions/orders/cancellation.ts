import type { Order } from './order.ts';
import { type OrderTable, updateOrder } from './order-table.ts';

/** What became of a customer's wish to cancel. */
export type Cancellation =
  /** Recorded, now or by an earlier request: the order will not be paid. */
  | { readonly outcome: 'REQUESTED'; readonly order: Order }
  /** The order has a payment under way, is paid, or is over. */
  | { readonly outcome: 'TOO_LATE'; readonly order: Order }
  | { readonly outcome: 'NOT_FOUND' };

/**
 * Records the customer's wish to cancel while it can still be granted: before the payment is authorized, and before a
 * payment has claimed the order. The saga authorizes no payment of an order that carries the wish, and a payment cannot
 * claim it, so a wish that was recorded is granted.
 *
 * @param order as last read; a change meanwhile is noticed
 */
export async function requestCancellation(table: OrderTable, order: Order, now: Date): Promise<Cancellation> {
  const at = now.toISOString();
  let current: Order | undefined = order;
  while (current !== undefined) {
    if (current.cancel_requested_at !== undefined) return { outcome: 'REQUESTED', order: current };
    if (!isCancellable(current)) return { outcome: 'TOO_LATE', order: current };
    const write = await updateOrder(table, {
      orderId: current.order_id,
      set: 'cancel_requested_at = :at',
      condition: '#status = :status AND attribute_not_exists(cancel_requested_at) AND attribute_not_exists(payment_id)',
      values: { ':at': at, ':status': current.status },
      entry: { at, status: current.status, what: 'cancellation requested' },
    });
    if (write.applied) return { outcome: 'REQUESTED', order: write.order };
    // An order only moves forward, so this comes to an end.
    current = write.order;
  }
  return { outcome: 'NOT_FOUND' };
}

function isCancellable({ status, payment_id }: Order): boolean {
  return payment_id === undefined && (status === 'PENDING' || status === 'RESERVED' || status === 'AWAITING_PAYMENT');
}
