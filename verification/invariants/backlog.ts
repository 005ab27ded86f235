import { isWaitingForPayment } from './order-end.ts';
import { isFinished } from './order-status.ts';
import type { OrderSnapshot } from './snapshot.ts';

/**
 * The order ids that still have work before them: open orders, and executions that run for an order that is finished,
 * parked or unknown.
 *
 * @param running order ids of the executions that run.
 * @param until ISO 8601; an order whose payment is due after this is not waited for.
 */
export function backlogOf(
  orders: readonly OrderSnapshot[],
  running: readonly string[],
  until: string,
): ReadonlySet<string> {
  const waiting = new Set(orders.filter((order) => isWaitingForPayment(order, until)).map(({ order_id }) => order_id));
  const open = orders.filter(({ status }) => !isFinished(status) && status !== 'NEEDS_ATTENTION');
  const ids = [...open.map(({ order_id }) => order_id), ...running];
  return new Set(ids.filter((order_id) => !waiting.has(order_id)));
}
