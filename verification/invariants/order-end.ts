import type { OrderCase } from './order-case.ts';
import { isFinished, type OrderSnapshot } from './snapshot.ts';
import { orderViolation, type Violation } from './violation.ts';

/**
 * Invariant 1: an accepted order ends, or is parked as NEEDS_ATTENTION behind a failed execution that can be redriven.
 * So is an order whose execution failed before its first write, once its `start_pending` says ENDED. An order may still wait for its payment while its execution runs and its payment is not due yet.
 *
 * @param now ISO 8601; when the snapshot was taken
 * @param recordsKept whether a finished order without an execution is a violation; old executions are deleted in time
 */
export function findUnendedOrder(
  { order, execution }: OrderCase,
  now: string,
  recordsKept: boolean,
): readonly Violation[] {
  if (order === undefined) {
    return [];
  }
  const saga = execution === undefined ? 'no execution is known' : `its execution is ${execution.status}`;
  const violation = (finding: string): readonly Violation[] => [
    orderViolation('every accepted order ends', order.order_id, finding),
  ];
  if (isFinished(order.status)) {
    const holds = execution === undefined ? !recordsKept : execution.status === 'SUCCEEDED';
    return holds ? [] : violation(`it is ${order.status} but ${saga}`);
  }
  if (order.status === 'NEEDS_ATTENTION') {
    // A redrive starts a further execution where the parked one is gone.
    if (execution === undefined && !recordsKept) {
      return [];
    }
    if (execution?.status !== 'FAILED') {
      return violation(`it is NEEDS_ATTENTION but ${saga}`);
    }
    return execution.redrivable === false
      ? violation('it is NEEDS_ATTENTION but its execution cannot be redriven')
      : [];
  }
  if (order.start_pending === 'ENDED' && execution?.status === 'FAILED' && execution.redrivable !== false) {
    return [];
  }
  if (execution?.status === 'RUNNING' && isWaitingForPayment(order, now)) {
    return [];
  }
  return violation(`it is still ${order.status} and ${saga}`);
}

/** Whether the order may stand still at `now` (ISO 8601): it awaits a payment that is not due yet. */
export function isWaitingForPayment(order: OrderSnapshot, now: string): boolean {
  return order.status === 'AWAITING_PAYMENT' && order.payment_due_at !== undefined && order.payment_due_at > now;
}

/**
 * The ids of orders with work left. These are open orders, and orders whose execution still runs although they are
 * finished, parked or unknown.
 *
 * @param running order ids of the running executions
 * @param until ISO 8601; an order whose payment is due later is not part of the backlog
 */
export function backlogOf(
  orders: readonly OrderSnapshot[],
  running: readonly string[],
  until: string,
): ReadonlySet<string> {
  const waiting = new Set(orders.filter((order) => isWaitingForPayment(order, until)).map(({ order_id }) => order_id));
  const open = orders.filter(
    ({ status, refunds = {} }) =>
      (!isFinished(status) && status !== 'NEEDS_ATTENTION') ||
      Object.values(refunds).some((refund) => refund.status === 'REQUESTED'),
  );
  const ids = [...open.map(({ order_id }) => order_id), ...running];
  return new Set(ids.filter((order_id) => !waiting.has(order_id)));
}
