import * as z from 'zod';
import { orderStatusSchema } from '../../functions/http/contract/order-status.ts';
import { sagaHistorySchema } from '../../functions/http/contract/saga-history.ts';
import { type Output, only } from './arguments.ts';
import type { OrdersApi } from './orders-api.ts';
import { refundTable } from './refund.ts';
import { money, properties, short, table, time } from './table.ts';

type OrderStatus = z.infer<typeof orderStatusSchema>;
type SagaHistory = z.infer<typeof sagaHistorySchema>;

/**
 * Shows an order: what its customer sees, its saga, and the saga of each refund.
 *
 * @throws UsageError; OrdersApiError
 */
export async function showOrder(api: OrdersApi, names: readonly string[]): Promise<Output> {
  const order_id = only(names, 'ORDER_ID');
  const sagaOf = (refund_id?: string) =>
    api.call({ path: '/orders/saga', query: { order_id, refund_id } }, sagaHistorySchema);
  const order = await api.call({ path: '/orders/status', query: { order_id } }, z.looseObject(orderStatusSchema.shape));
  const saga = await sagaOf();
  const refund_sagas: SagaHistory[] = [];
  for (const { refund_id } of order.refunds ?? []) {
    refund_sagas.push(await sagaOf(refund_id));
  }
  const text = [
    ...orderParts(order),
    ...sagaParts('execution', saga),
    ...refund_sagas.flatMap((refundSaga) => sagaParts("refund's execution", refundSaga)),
  ].join('\n\n');
  return { text, data: { order, saga, ...(refund_sagas.length > 0 && { refund_sagas }) } };
}

function orderParts(order: OrderStatus): readonly string[] {
  return [
    properties([
      ['order', order.order_id],
      ['status', order.status],
      ['amount', money(order.amount?.value, order.amount?.currency) || undefined],
      ['refunded', money(order.refunded?.value, order.refunded?.currency) || undefined],
      ['owner', order.owner],
      ['parked at', order.parked_step],
      ['reason', order.reason],
      ['lines', order.lines.map(({ count, id, name }) => `${count} × ${name ?? id}`).join(', ')],
    ]),
    table(
      ['AT (UTC)', 'STATUS', 'WHAT'],
      order.timeline.map(({ at, status, what, why }) => [
        time(at),
        status,
        short(why === undefined ? what : `${what}: ${why}`, 100),
      ]),
    ),
    ...(order.refunds === undefined ? [] : [refundTable(order.refunds)]),
  ];
}

function sagaParts(title: string, { execution, run, runs }: SagaHistory): readonly string[] {
  const reached = execution.states.filter(({ status }) => status !== 'NOT_REACHED');
  const facts = `redriven ${execution.redrive_count} times, run ${run + 1} of ${runs}`;
  return [
    `${title} ${execution.name}: ${execution.status}, ${facts}`,
    ...(reached.length === 0
      ? []
      : [
          table(
            ['STATE', 'STATUS', 'TRIES', 'ENTERED (UTC)', 'ERROR'],
            reached.map(({ name, status, attempts, entered_at, error }) => [
              name,
              status,
              attempts === 0 ? '' : String(attempts),
              time(entered_at),
              short(error && [error.name, error.message].filter((part) => part !== undefined).join(': '), 80),
            ]),
          ),
        ]),
  ];
}
