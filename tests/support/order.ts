import { newOrder, newOrderId } from '../../functions/orders/new-order.ts';
import type { Order } from '../../functions/orders/order.ts';

/** Creates the record of a new order of one item. */
export function testOrder(differences: Partial<Order> = {}): Order {
  const placed = newOrder(
    {
      orderId: newOrderId(),
      lines: [{ item_id: 'item1', count: 2 }],
      paymentMethod: undefined,
      paymentWindowSeconds: 900,
      requestedWindowSeconds: undefined,
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
      owner: undefined,
    },
    new Date(),
  );
  return { ...placed, ...differences };
}

/** Creates the record of an order that awaits its payment. */
export function awaitingOrder(differences: Partial<Order> = {}): Order {
  return testOrder({
    status: 'AWAITING_PAYMENT',
    amount_minor: 2_000,
    currency: 'USD',
    task_token: 'token-1',
    start_pending: undefined,
    ...differences,
  });
}
