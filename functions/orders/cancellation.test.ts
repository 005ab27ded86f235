import { expect, test } from '@jest/globals';
import { awaitingOrder, testOrder } from '../../tests/support/order.ts';
import { withOrderTable } from '../../tests/support/order-fixtures.ts';
import { requestCancellation } from './cancellation.ts';
import type { Order } from './order.ts';
import type { OrderStatus } from './order-status.ts';
import { readOrder } from './order-table.ts';
import { paymentClaim, updateOrder } from './order-writes.ts';

const database = withOrderTable();

test.each<OrderStatus>(['PENDING', 'RESERVED', 'AWAITING_PAYMENT'])(
  'a cancellation in status %s is recorded',
  async (status) => {
    const order = await database.written(testOrder({ status }));
    const { outcome } = await requestCancellation(database.table, order, new Date());
    expect(outcome).toBe('REQUESTED');
    const after = await readOrder(database.table, order.order_id);
    expect(after).toMatchObject({ status, cancel_requested_at: expect.any(String) });
    expect(after?.timeline.at(-1)).toMatchObject({ status, what: 'cancellation requested' });
  },
);

test.each<OrderStatus>(['AUTHORIZED', 'PAID', 'CONFIRMED', 'REJECTED', 'CANCELLED', 'EXPIRED', 'NEEDS_ATTENTION'])(
  'a cancellation in status %s is too late',
  async (status) => {
    const order = await database.written(testOrder({ status }));
    expect(await requestCancellation(database.table, order, new Date())).toMatchObject({ outcome: 'TOO_LATE' });
  },
);

test('a repeated cancellation is recorded once', async () => {
  const order = await database.written(testOrder());
  await requestCancellation(database.table, order, new Date());
  const again = await requestCancellation(database.table, order, new Date());
  expect(again.outcome).toBe('REQUESTED');
  expect((await readOrder(database.table, order.order_id))?.timeline).toHaveLength(2);
});

test('a cancellation based on an outdated read is decided by the current record', async () => {
  const order = await database.written(awaitingOrder());
  const old: Order = { ...order, status: 'PENDING' };
  expect(await requestCancellation(database.table, old, new Date())).toMatchObject({
    outcome: 'REQUESTED',
    order: { status: 'AWAITING_PAYMENT', task_token: 'token-1' },
  });
});

test('a cancellation of a removed order reports NOT_FOUND', async () => {
  expect(await requestCancellation(database.table, testOrder(), new Date())).toEqual({ outcome: 'NOT_FOUND' });
});

test('cancel racing a payment’s claim: one of them gets the order', async () => {
  for (let round = 0; round < 20; round += 1) {
    const order = await database.written(awaitingOrder());
    const [cancellation, claim] = await Promise.all([
      requestCancellation(database.table, order, new Date()),
      updateOrder(database.table, paymentClaim(order.order_id, 'payment-1', new Date())),
    ]);
    expect(claim.applied).toBe(cancellation.outcome === 'TOO_LATE');
    const after = await readOrder(database.table, order.order_id);
    expect(after?.payment_id === undefined).toBe(after?.cancel_requested_at !== undefined);
  }
});
