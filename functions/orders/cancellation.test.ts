import { expect, test } from '@jest/globals';
import { awaitingOrder, testOrder } from '../../tests/support/order.ts';
import { withOrderTable } from '../../tests/support/order-fixtures.ts';
import { requestCancellation } from './cancellation.ts';
import type { Order } from './order.ts';
import type { OrderStatus } from './order-status.ts';
import { readOrder } from './order-table.ts';
import { updateOrder } from './order-writes.ts';
import { paymentClaim } from './payment-writes.ts';

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

test('a recorded cancellation is due at the reconciliation, should its saga be gone', async () => {
  const order = await database.written(awaitingOrder());
  await requestCancellation(database.table, order, new Date('2026-11-22T12:00:00.000Z'));
  expect(await readOrder(database.table, order.order_id)).toMatchObject({
    saga_due: order.order_id.at(-1),
    saga_due_at: '2026-11-22T12:00:30.000Z',
  });
});

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
      updateOrder(database.table, paymentClaim(order, { paymentId: 'payment-1', isConfirmed: false }, new Date())),
    ]);
    expect(claim.applied).toBe(cancellation.outcome === 'TOO_LATE');
    const after = await readOrder(database.table, order.order_id);
    expect(after?.payment_id === undefined).toBe(after?.cancel_requested_at !== undefined);
  }
});

test.each<readonly [string, Partial<Order>]>([
  ['the order was authorized', { status: 'AUTHORIZED', payment_id: 'payment-1' }],
  ['a payment claimed the order', { payment_id: 'payment-1', payment_claimed_at: new Date().toISOString() }],
])('outdated read, and %s since: the cancellation is too late', async (_what, since) => {
  const read = awaitingOrder();
  const order = await database.written({ ...read, ...since });
  expect(await requestCancellation(database.table, read, new Date())).toEqual({
    outcome: 'TOO_LATE',
    order: JSON.parse(JSON.stringify(order)),
  });
  expect(await readOrder(database.table, read.order_id)).not.toHaveProperty('cancel_requested_at');
});

test('outdated read: the timeline has the status that the order had when it was cancelled', async () => {
  const order = await database.written(awaitingOrder());
  await requestCancellation(database.table, { ...order, status: 'PENDING' }, new Date());
  expect((await readOrder(database.table, order.order_id))?.timeline.at(-1)).toMatchObject({
    status: 'AWAITING_PAYMENT',
    what: 'cancellation requested',
  });
});

test('outdated read of an order that is cancelled already: the first request stays', async () => {
  const read = awaitingOrder();
  const order = await database.written({ ...read, cancel_requested_at: '2026-11-22T12:00:00.000Z' });
  expect(await requestCancellation(database.table, read, new Date())).toMatchObject({
    outcome: 'REQUESTED',
    order: { cancel_requested_at: order.cancel_requested_at },
  });
  expect((await readOrder(database.table, read.order_id))?.timeline).toHaveLength(1);
});
