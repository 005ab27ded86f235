import type { OrderStatus } from '../../../functions/orders/order-status.ts';
import { isFinished, type OrderSnapshot } from '../../invariants/snapshot.ts';

/** From when an order was accepted until its last timeline entry, in epoch milliseconds. */
export interface SagaSpan {
  readonly order_id: string;
  readonly status: OrderStatus;
  readonly accepted_ms: number;
  /** Absent while the order is not at its end. */
  readonly ended_ms?: number;
  /** Whether somebody had to act before the order could go on: its length says nothing about the system. */
  readonly waited_for_customer: boolean;
}

/** The span of an order's saga, as its own record tells it. */
export function sagaSpanOf({ order_id, status, created_at, payment_method, timeline }: OrderSnapshot): SagaSpan {
  const last = timeline.at(-1);
  const ended = last !== undefined && (isFinished(status) || status === 'NEEDS_ATTENTION');
  return {
    order_id,
    status,
    accepted_ms: Date.parse(created_at),
    ...(ended ? { ended_ms: Date.parse(last.at) } : {}),
    waited_for_customer: payment_method === undefined,
  };
}
