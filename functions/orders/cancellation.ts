import type { Order } from './order.ts';
import type { OrderTable } from './order-table.ts';
import { cancellationRequest, updateOrder } from './order-writes.ts';
import { isClaimed } from './payment-claim.ts';

/** The outcome of a customer's request to cancel. */
export type Cancellation =
  /** Recorded, now or by an earlier request: the order will not be paid. */
  | { readonly outcome: 'REQUESTED'; readonly order: Order }
  /** A payment of the order is under way, or the order is paid or over. */
  | { readonly outcome: 'TOO_LATE'; readonly order: Order }
  | { readonly outcome: 'NOT_FOUND' };

/**
 * Records the customer's request to cancel while it can still be granted: before the payment is authorized, and while no
 * payment's claim is in force. A recorded request is granted: the saga records no authorization of such an order, and no
 * payment can claim it.
 *
 * @param order as last read; a change since then is noticed
 * @throws RetryableError where DynamoDB does not reply
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
    const write = await updateOrder(table, cancellationRequest(current.order_id, current.status, now));
    if (write.applied) {
      return { outcome: 'REQUESTED', order: write.order };
    }
    // An order only moves forward, so the loop ends.
    current = write.order;
  }
  return { outcome: 'NOT_FOUND' };
}

function isCancellable(order: Order, now: Date): boolean {
  const { status } = order;
  return !isClaimed(order, now) && (status === 'PENDING' || status === 'RESERVED' || status === 'AWAITING_PAYMENT');
}
