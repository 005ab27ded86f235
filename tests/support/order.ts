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

/** Creates the record of a confirmed order: two pens of 5.00, one cup of 10.00. */
export function confirmedOrder(differences: Partial<Order> = {}): Order {
  const { saga_due: _due, saga_due_at: _dueAt, start_pending: _pending, ...placed } = testOrder();
  return {
    ...placed,
    status: 'CONFIRMED',
    lines: [
      { item_id: 'pen', count: 2, name: 'Pen', unit_price_minor: 500 },
      { item_id: 'cup', count: 1, name: 'Cup', unit_price_minor: 1_000 },
    ],
    amount_minor: 2_000,
    currency: 'USD',
    payment_id: 'payment-1',
    timeline: [...placed.timeline, { at: placed.updated_at, status: 'CONFIRMED', what: 'order confirmed' }],
    ...differences,
  };
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
