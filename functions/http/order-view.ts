import type * as z from 'zod';
import { OrderNotFoundError } from '../common/errors.ts';
import type { Order, TimelineEntry } from '../orders/order.ts';
import type { orderStatusSchema } from './contract/order-status.ts';

/**
 * The order, where the caller may see it: its owner may. An order that was placed without authentication has no owner, and
 * is visible only without authentication.
 *
 * @throws OrderNotFoundError otherwise; the caller does not learn whether somebody else has such an order
 */
export function visibleOrder(order: Order | undefined, caller: string | undefined): Order {
  if (order === undefined || order.owner !== caller) {
    throw new OrderNotFoundError();
  }
  return order;
}

/** An order as its customer sees it. */
export type OrderView = z.infer<typeof orderStatusSchema>;

/** The parts of an order that its customer may see: no task token, no request hash, no payment method. */
export function orderView(order: Order): OrderView {
  return {
    order_id: order.order_id,
    status: order.status,
    lines: order.lines.map(({ item_id, name, count, unit_price_minor }) => ({
      id: item_id,
      name,
      count,
      unit_price: unit_price_minor,
    })),
    amount: order.amount_minor === undefined ? undefined : { value: order.amount_minor, currency: order.currency },
    payment: {
      kind: order.payment_method === undefined ? 'PAY_LATER' : 'METHOD_GIVEN',
      payment_id: order.payment_id,
      due_at: order.payment_due_at,
    },
    timeline: withoutRepetitions(order.timeline),
    reason_code: order.reason_code,
    reason: order.reason,
    cancel_requested: order.cancel_requested_at === undefined ? undefined : true,
    created_at: order.created_at,
    updated_at: order.updated_at,
  };
}

/** A write whose reply was lost is repeated with the same time. Its second timeline entry is left out. */
function withoutRepetitions(timeline: readonly TimelineEntry[]): TimelineEntry[] {
  return [...new Map(timeline.map((entry) => [`${entry.at} ${entry.status} ${entry.what}`, entry])).values()];
}
