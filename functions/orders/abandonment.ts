import { OrderNotFoundError, OrderNotParkedError } from '../common/errors.ts';
import { isAtWork } from './executions.ts';
import { type AbandonRequest, abandonment } from './operator-writes.ts';
import type { Order } from './order.ts';
import { readOrder } from './order-table.ts';
import { updateOrder } from './order-writes.ts';
import { type RedriveDependencies, startFurtherRun } from './redrive.ts';

/**
 * Gives a parked order up: records the decision, then lets the saga carry it out. Repeated, it carries the saga on again.
 *
 * @returns the order, with the decision
 * @throws OrderNotFoundError; OrderNotParkedError for an order that its saga can still move, or that has moved meanwhile
 * @throws RetryableError where DynamoDB or Step Functions does not reply; the same request again goes on
 */
export async function abandonOrder(
  orderId: string,
  request: AbandonRequest,
  dependencies: RedriveDependencies,
  now: Date,
): Promise<Order> {
  const { table, saga } = dependencies;
  const order = await readOrder(table, orderId);
  if (order === undefined) {
    throw new OrderNotFoundError();
  }
  assertParked(order);
  const { status } = await saga.find(order);
  if (isAtWork(status)) {
    throw new OrderNotParkedError('the order’s saga is running at the moment; look again when it has ended or parked');
  }
  const decided =
    order.abandon_requested_at === undefined ? await recordAbandonment(order, request, dependencies, now) : order;
  // Not a redrive: an execution of an older version knows no such decision.
  const start = await startFurtherRun(decided, dependencies);
  if (start.outcome === 'REFUSED') {
    throw movedMeanwhile();
  }
  return decided;
}

async function recordAbandonment(
  order: Order,
  request: AbandonRequest,
  { table }: RedriveDependencies,
  now: Date,
): Promise<Order> {
  const write = await updateOrder(table, abandonment(order, request, now));
  if (write.applied) {
    return write.order;
  }
  if (write.order === undefined) {
    throw new OrderNotFoundError();
  }
  assertParked(write.order);
  if (write.order.abandon_requested_at === undefined) {
    throw movedMeanwhile();
  }
  return write.order;
}

function movedMeanwhile(): OrderNotParkedError {
  return new OrderNotParkedError('the order has moved meanwhile; look at it again');
}

function assertParked({ status }: Order): void {
  if (status !== 'NEEDS_ATTENTION') {
    throw new OrderNotParkedError(`the order is ${status}; only an order that needs attention can be given up`);
  }
}
