import { randomBytes, randomUUID } from 'node:crypto';
import { newOrder } from '../../functions/orders/new-order.ts';
import type { Order } from '../../functions/orders/order.ts';

/** What every order of the benchmark buys: two items, one piece of each. */
export type Basket = readonly { readonly id: string; readonly count: number }[];

/** Baskets over so many items in turn, so that no single item is the bottleneck. */
export function basketsOf(items: readonly string[]): () => Basket {
  let turn = 0;
  return () => {
    turn += 1;
    return [0, 1].map((step) => ({ id: items[(turn + step) % items.length] ?? '', count: 1 }));
  };
}

/** The body of POST /orders/place. */
export function placeBody(basket: Basket) {
  return { list: basket, payment: { method: 'tok_visa' } };
}

/** The record that POST /orders/place would write for a basket. */
export function orderRecord(basket: Basket, now = new Date()): Order {
  return newOrder(
    {
      orderId: randomUUID(),
      lines: basket.map(({ id, count }) => ({ item_id: id, count })),
      paymentMethod: 'tok_visa',
      paymentWindowSeconds: 900,
      requestedWindowSeconds: undefined,
      traceparent: `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`,
      owner: undefined,
    },
    now,
  );
}
