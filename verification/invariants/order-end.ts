import type { OrderCase } from './order-case.ts';
import { isFinished } from './order-status.ts';
import type { OrderSnapshot } from './snapshot.ts';
import type { Violation } from './violation.ts';

/**
 * Invariant 1: an accepted order ends, or is parked as NEEDS_ATTENTION behind a failed execution that can be redriven.
 * An order may still wait for its payment while its execution runs and its payment is not due yet.
 *
 * @param now ISO 8601, when the snapshot was taken.
 * @param executionsKept whether a finished order without an execution is a finding, too; old ones are dropped in time.
 */
export function findUnendedOrder(
  { order, execution }: OrderCase,
  now: string,
  executionsKept: boolean,
): readonly Violation[] {
  if (order === undefined) {
    return [];
  }
  const saga = execution === undefined ? 'no execution is known' : `its execution is ${execution.status}`;
  const violation = (finding: string): readonly Violation[] => [
    { invariant: 'every accepted order ends', subject: { order_id: order.order_id }, finding },
  ];
  if (isFinished(order.status)) {
    const isInOrder = execution === undefined ? !executionsKept : execution.status === 'SUCCEEDED';
    return isInOrder ? [] : violation(`it is ${order.status} but ${saga}`);
  }
  if (order.status === 'NEEDS_ATTENTION') {
    if (execution?.status !== 'FAILED') {
      return violation(`it is NEEDS_ATTENTION but ${saga}`);
    }
    return execution.redrivable === false
      ? violation('it is NEEDS_ATTENTION but its execution cannot be redriven')
      : [];
  }
  if (execution?.status === 'RUNNING' && isWaitingForPayment(order, now)) {
    return [];
  }
  return violation(`it is still ${order.status} and ${saga}`);
}

/** Whether the order rightly stands still: its payment is awaited and not due yet. */
export function isWaitingForPayment(order: OrderSnapshot, now: string): boolean {
  return order.status === 'AWAITING_PAYMENT' && order.payment_due_at !== undefined && order.payment_due_at > now;
}
