import { expect, test } from '@jest/globals';
import { requestsOf } from '../../tests/support/dynamodb-requests.ts';
import { httpEvent, read } from '../../tests/support/http-event.ts';
import { testOrder } from '../../tests/support/order.ts';
import { withOrderTable } from '../../tests/support/order-fixtures.ts';
import { KEYS_TO_READ } from '../common/spread-key.ts';
import type { Order } from '../orders/order.ts';
import { countOrders } from '../orders/order-statistics.ts';
import { orderSummarySchema } from './contract/order-summary.ts';
import { createHandler } from './order-summary.ts';

const database = withOrderTable();
const handler = createHandler(() => ({ table: database.table, statistics: database.statistics }));

async function counted(differences: Partial<Order>): Promise<void> {
  const order = await database.written(testOrder(differences));
  const timeline = [{ at: order.created_at, status: order.status, what: 'test' }];
  await countOrders(database.statistics, [{ orderId: order.order_id, order: { ...order, timeline } }]);
}

async function summary() {
  return orderSummarySchema.parse(read(await handler(httpEvent({ owner: 'olaf', role: 'operator' }))).data);
}

test('a summary without any order has zeros', async () => {
  const { by_status, money, attention, overdue } = await summary();
  expect(overdue).toEqual({ count: 0 });
  expect(Object.values(by_status)).toEqual(Array.from({ length: 10 }, () => 0));
  expect({ money, attention }).toEqual({ money: [], attention: { count: 0, refunds: 0 } });
});

test('a summary has orders by status, money by currency, and how long the oldest parked order has waited', async () => {
  await counted({ status: 'CONFIRMED', amount_minor: 500, currency: 'USD' });
  await counted({ status: 'CONFIRMED', amount_minor: 200, currency: 'USD', refunded_minor: 50 });
  await counted({ status: 'CONFIRMED', refund_parked_step: 'RefundPayment' });
  await counted({ status: 'AUTHORIZED', amount_minor: 70, currency: 'EUR' });
  await counted({ status: 'NEEDS_ATTENTION', created_at: '2026-11-02T00:00:00.000Z' });
  await counted({ status: 'NEEDS_ATTENTION', created_at: '2026-11-01T00:00:00.000Z' });
  const requests = requestsOf(database.table.client);
  const { by_status, money, attention } = await summary();
  expect(by_status).toMatchObject({ CONFIRMED: 3, AUTHORIZED: 1, NEEDS_ATTENTION: 2, PENDING: 0 });
  expect(money).toEqual([
    { currency: 'EUR', authorized: 70, captured: 0, refunded: 0 },
    { currency: 'USD', authorized: 0, captured: 700, refunded: 50 },
  ]);
  expect(attention).toEqual({ count: 2, refunds: 1, oldest_at: '2026-11-01T00:00:00.000Z' });
  // Flat: so many requests, however many orders there are.
  expect(requests).toHaveLength(2 + KEYS_TO_READ.length);
});

test('orders that did not park, and that nobody has moved for two minutes past their time, are counted, up to 100', async () => {
  const dueFor = (seconds: number) => new Date(Date.now() - seconds * 1_000).toISOString();
  const due = (seconds: number) => ({ saga_due_at: dueFor(seconds) });
  await database.written(testOrder({ ...due(60) }));
  await database.written(testOrder({ ...due(-600) }));
  expect((await summary()).overdue).toEqual({ count: 0 });
  const oldest = await database.written(testOrder({ status: 'AWAITING_PAYMENT', saga_due: 'Y', ...due(900) }));
  await database.written(testOrder({ status: 'RESERVED', ...due(300) }));
  expect((await summary()).overdue).toEqual({ count: 2, oldest_at: oldest.saga_due_at });
  await Promise.all(Array.from({ length: 110 }, () => database.written(testOrder({ ...due(200) }))));
  expect((await summary()).overdue).toEqual({ count: 100, oldest_at: oldest.saga_due_at });
});

test('a customer gets no summary', async () => {
  expect(await handler(httpEvent({ owner: 'ann', role: 'customer' }))).toMatchObject({ statusCode: 403 });
});
