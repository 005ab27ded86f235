import { expect, test } from '@jest/globals';
import { readOrder } from '../functions/orders/order-table.ts';
import { makeWriteOf } from '../tests/support/described-write.ts';
import { confirmedOrder, testOrder } from '../tests/support/order.ts';
import { withOrderTable } from '../tests/support/order-fixtures.ts';

const database = withOrderTable();

function confirm(orderId: string) {
  return makeWriteOf('ConfirmOrder', database.table, orderId, { ':redrive_count': 0 });
}

const REQUESTED = {
  amount_minor: 500,
  restock: false,
  reason: 'test',
  status: 'REQUESTED',
  requested_at: '2026-11-29T12:00:00.000Z',
} as const;

test('a confirmation that is written again keeps the time at which the reconciliation looks at a refund', async () => {
  const due = { saga_due_at: '2026-11-29T12:01:00.000Z' } as const;
  const { order_id } = await database.written(
    confirmedOrder({ refunds: { r1: REQUESTED }, refund_version: 1, ...due }),
  );
  expect(await confirm(order_id)).toBe(false);
  expect(await readOrder(database.table, order_id)).toMatchObject(due);
});

test('a confirmation whose reply was lost is written again', async () => {
  const { order_id } = await database.written(testOrder({ status: 'PAID', start_pending: undefined }));
  expect([await confirm(order_id), await confirm(order_id)]).toEqual([true, true]);
});

test('an order is confirmed, although its payment was refunded at the Payment service before', async () => {
  for (const status of ['PAID', 'NEEDS_ATTENTION'] as const) {
    const refunds = { 'payment-r1': { ...REQUESTED, status: 'SUCCEEDED' } } as const;
    const { order_id } = await database.written(
      testOrder({ status, start_pending: undefined, refunds, refund_version: 1 }),
    );
    expect(await confirm(order_id)).toBe(true);
  }
});
