import { createHash, randomUUID } from 'node:crypto';
import { v4, v5 } from 'uuid';
import type { Order } from './order.ts';
import { dueAfter, PLACEMENT_DUE_MS } from './saga-due.ts';

/** Namespace of the order ids that are made from idempotency keys (RFC 9562, section 5.5). */
const NAMESPACE = '3f2a1c7e-8f0b-5b52-9b1e-6d1f2c9a4e70';

/**
 * The id of a new order, in lower case. With an idempotency key the id is a function of key and owner. A repeated request
 * names the same order without a lookup, and the keys of two owners never collide.
 */
export function newOrderId(idempotencyKey?: string, owner?: string): string {
  if (idempotencyKey === undefined) {
    return v4();
  }
  return v5(idempotencyKey, owner === undefined ? NAMESPACE : v5(owner, NAMESPACE));
}

/** A customer's request for an order. */
export interface OrderRequest {
  readonly orderId: string;
  /** Each item at most once. */
  readonly lines: readonly { readonly item_id: string; readonly count: number }[];
  /** Absent: the order is paid by `/payment/pay` within the payment window. */
  readonly paymentMethod: string | undefined;
  /** How long the order waits for its payment. */
  readonly paymentWindowSeconds: number;
  /** The payment window as the request gave it, before any default; part of the request's hash. */
  readonly requestedWindowSeconds: number | undefined;
  readonly traceparent: string;
  readonly owner: string | undefined;
}

/** The record of an order at the moment of its placement. */
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
    ...dueAfter(request.orderId, now, PLACEMENT_DUE_MS),
    owner: request.owner,
  };
}

/** The parts of a request that make it the same as another. */
export interface HashedRequest {
  readonly lines: readonly { readonly item_id: string; readonly count: number }[];
  readonly payment_method: string | undefined;
  readonly payment_window_seconds: number | undefined;
}

/** SHA-256 (hex) of what a request asks for; the sequence of its lines does not matter. */
export function requestHash({ lines, payment_method, payment_window_seconds }: HashedRequest): string {
  const sorted = lines
    .map(({ item_id, count }) => [item_id, count] as const)
    .sort(([left], [right]) => (left < right ? -1 : 1));
  const canonical = JSON.stringify([sorted, payment_method ?? null, payment_window_seconds ?? null]);
  return createHash('sha256').update(canonical).digest('hex');
}

/** Input of the order saga's executions. */
export interface SagaInput {
  readonly order_id: string;
  readonly lines: readonly { readonly item_id: string; readonly count: number }[];
  readonly payment: { readonly method: string | null };
  readonly payment_window_seconds: number;
  readonly traceparent: string;
  /** Counts the executions after the first. Such an execution goes on where the order's record stands. */
  readonly run?: number;
}

/**
 * The input of an order's saga, made from attributes that never change within a run. Every start of a run sends the same
 * input: Step Functions compares it to tell a repeated start from another one under the same name.
 */
export function sagaInput(order: Order): SagaInput {
  return {
    order_id: order.order_id,
    lines: order.lines.map(({ item_id, count }) => ({ item_id, count })),
    payment: { method: order.payment_method ?? null },
    payment_window_seconds: order.payment_window_seconds,
    traceparent: order.traceparent,
    ...(sagaRun(order) > 0 && { run: sagaRun(order) }),
  };
}

/** Number of the order's current execution, from 0. */
export function sagaRun({ saga_run = 0 }: Pick<Order, 'saga_run'>): number {
  return saga_run;
}

/** Name of the order's current execution: the order's id, with the number of the run after the first. */
export function executionName(order: Pick<Order, 'order_id' | 'saga_run'>): string {
  const run = sagaRun(order);
  return run === 0 ? order.order_id : `${order.order_id}-${run}`;
}
