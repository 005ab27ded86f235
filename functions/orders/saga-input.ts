import type { Order } from './order.ts';

/** Input of the order saga's executions. */
export interface SagaInput {
  readonly order_id: string;
  readonly lines: readonly { readonly item_id: string; readonly count: number }[];
  readonly payment: { readonly method: string | null };
  readonly payment_window_seconds: number;
  readonly traceparent: string;
}

/**
 * The input of an order's saga. Made from what the record keeps unchanged, so that it is the same however often and by
 * whomever the saga is started: Step Functions compares it to tell a repeat from another start under the same name.
 */
export function sagaInput(order: Order): SagaInput {
  return {
    order_id: order.order_id,
    lines: order.lines.map(({ item_id, count }) => ({ item_id, count })),
    payment: { method: order.payment_method ?? null },
    payment_window_seconds: order.payment_window_seconds,
    traceparent: order.traceparent,
  };
}
