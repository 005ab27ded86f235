import { randomUUID } from 'node:crypto';
import type { Order } from './order.ts';
import { requestHash } from './request-hash.ts';

/** What a customer asks for. */
export interface OrderRequest {
  readonly orderId: string;
  /** Each item at most once. */
  readonly lines: readonly { readonly item_id: string; readonly count: number }[];
  /** Absent: the order is paid by `/payment/pay` within the window. */
  readonly paymentMethod: string | undefined;
  /** How long the order waits for its payment. */
  readonly paymentWindowSeconds: number;
  /** The window as the request gave it, before any default: part of what makes the request the same. */
  readonly requestedWindowSeconds: number | undefined;
  readonly traceparent: string;
  readonly owner: string | undefined;
}

/** The record of an order at the moment it is accepted. */
export function newOrder(request: OrderRequest, now: Date): Order {
  const at = now.toISOString();
  return {
    order_id: request.orderId,
    status: 'PENDING',
    lines: request.lines.map(({ item_id, count }) => ({ item_id, count })),
    request_hash: requestHash({
      lines: request.lines,
      payment_method: request.paymentMethod,
      payment_window_seconds: request.requestedWindowSeconds,
    }),
    placement_id: randomUUID(),
    payment_method: request.paymentMethod,
    payment_window_seconds: request.paymentWindowSeconds,
    timeline: [{ at, status: 'PENDING', what: 'order placed' }],
    created_at: at,
    updated_at: at,
    traceparent: request.traceparent,
    start_pending: 'Y',
    owner: request.owner,
  };
}
