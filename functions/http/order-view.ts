import type * as z from 'zod';
import { OrderNotFoundError } from '../common/errors.ts';
import type { Order, TimelineEntry } from '../orders/order.ts';
import { isFinal } from '../orders/order-status.ts';
import type { orderStatusSchema } from './contract/order-status.ts';
import type { HttpRequest } from './http-request.ts';
import { refundViews } from './refund-view.ts';

/** Who asks for an order. */
export type OrderViewer = Pick<HttpRequest, 'owner' | 'roles'>;

/** True where the caller may see every order, and what operators need to fix it. */
export function isOperator({ roles }: OrderViewer): boolean {
  return roles.includes('operator');
}

/**
 * The order, where the caller may see it: its owner may, and an operator. An order that was placed without authentication
 * has no owner. No customer with credentials sees it.
 *
 * @throws OrderNotFoundError otherwise; the caller does not learn whether somebody else has such an order
 */
export function visibleOrder(order: Order | undefined, caller: OrderViewer): Order {
  if (order === undefined || (order.owner !== caller.owner && !isOperator(caller))) {
    throw new OrderNotFoundError();
  }
  return order;
}

/** An order as `GET /orders/status` answers it. */
export type OrderView = z.infer<typeof orderStatusSchema>;

/**
 * The parts of an order that the caller may see: no task token, no request hash, no payment method. A customer does not see
 * which step of a parked order failed, or why: those names are internal.
 */
export function orderView(order: Order, viewer: OrderViewer): OrderView {
  const timeline = withoutRepetitions(order.timeline);
  const forOperators = isOperator(viewer);
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
      action_url: order.status === 'AWAITING_PAYMENT' ? order.payment_action_url : undefined,
      due_at: order.payment_due_at,
    },
    ...refundViews(order, forOperators),
    timeline: forOperators ? timeline : timeline.map(withoutInside),
    reason_code: order.reason_code,
    reason: isFinal(order.status) || forOperators ? order.reason : undefined,
    ...(forOperators && { owner: order.owner, parked_step: order.parked_step }),
    cancel_requested: order.cancel_requested_at === undefined ? undefined : true,
    created_at: order.created_at,
    updated_at: order.updated_at,
  };
}

/** A parking as a customer reads it. */
function withoutInside(entry: TimelineEntry): TimelineEntry {
  return entry.status === 'NEEDS_ATTENTION'
    ? { at: entry.at, status: entry.status, what: 'the order waits for somebody to look at it' }
    : entry;
}

/** A write whose reply was lost is repeated with the same time. Its second timeline entry is left out. */
function withoutRepetitions(timeline: readonly TimelineEntry[]): TimelineEntry[] {
  return [...new Map(timeline.map((entry) => [`${entry.at} ${entry.status} ${entry.what}`, entry])).values()];
}
