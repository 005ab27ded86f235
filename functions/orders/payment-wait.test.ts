import { expect, test } from '@jest/globals';
import { awaitingOrder, testOrder } from '../../tests/support/order.ts';
import { withOrderTable } from '../../tests/support/order-fixtures.ts';
import type { Order } from './order.ts';
import { readOrder } from './order-table.ts';
import { beginPaymentWait } from './payment-wait.ts';

const database = withOrderTable();

const NOW = new Date('2026-11-22T12:00:00.000Z');

function wait(orderId: string, taskToken: string, attempt: number) {
  return beginPaymentWait(database.table, { orderId, taskToken, attempt, enteredAt: NOW, windowSeconds: 60 });
}

async function waited(order: Order, taskToken = 'token-1', attempt = 0): Promise<Order | undefined> {
  await database.written(order);
  await wait(order.order_id, taskToken, attempt);
  return readOrder(database.table, order.order_id);
}

test('task token, due time and status are recorded together', async () => {
  const order = testOrder({ status: 'RESERVED' });
  expect(await waited(order)).toMatchObject({
    status: 'AWAITING_PAYMENT',
    task_token: 'token-1',
    payment_due_at: '2026-11-22T12:00:54.000Z',
    saga_due: order.order_id.at(-1),
    saga_due_at: '2026-11-22T12:01:30.000Z',
  });
});

test('the order says where a customer confirms its payment, and is looked at again within a minute', async () => {
  const { order_id } = await database.written(testOrder({ status: 'RESERVED' }));
  const actionUrl = 'https://shop.test/confirm';
  const asked = { orderId: order_id, taskToken: 'token-1', attempt: 0, enteredAt: NOW, windowSeconds: 900, actionUrl };
  await beginPaymentWait(database.table, asked);
  expect(await readOrder(database.table, order_id)).toMatchObject({
    status: 'AWAITING_PAYMENT',
    payment_action_url: actionUrl,
    saga_due_at: '2026-11-22T12:01:00.000Z',
    timeline: [{}, { why: 'the customer has to confirm it; the window is 900 seconds' }],
  });
});

test('duplicate: the same task token again changes nothing', async () => {
  const order = testOrder({ status: 'RESERVED' });
  const first = await waited(order);
  expect(await waited(order)).toEqual(first);
});

test('a retried task waits under its new token, and a claim on the order stays', async () => {
  const order = awaitingOrder({ task_token: 'token-1', task_attempt: 0, payment_id: 'payment-1' });
  expect(await waited(order, 'token-2', 1)).toMatchObject({ task_token: 'token-2', payment_id: 'payment-1' });
});

test('a wait that is taken up again leaves the time that the customer was told, and runs to the end of what is left', async () => {
  const told = '2026-11-22T12:00:24.000Z';
  expect(await waited(awaitingOrder({ task_attempt: 0, payment_due_at: told }), 'token-2', 1)).toMatchObject({
    task_token: 'token-2',
    payment_due_at: told,
    saga_due_at: '2026-11-22T12:01:30.000Z',
  });
});

test('the write of an earlier attempt arrives late: the current token stays', async () => {
  const { order_id } = testOrder();
  await waited(testOrder({ order_id, status: 'RESERVED' }), 'token-2', 1);
  expect(await wait(order_id, 'token-1', 0)).toBe('SUPERSEDED');
  expect(await readOrder(database.table, order_id)).toMatchObject({ task_token: 'token-2', task_attempt: 1 });
});

test('a task that does not count its attempts waits under its last token', async () => {
  expect(await waited(awaitingOrder({ task_attempt: 0 }), 'token-2', 0)).toMatchObject({ task_token: 'token-2' });
});

test('a cancelled order does not wait for its payment', async () => {
  const order = testOrder({ status: 'RESERVED', cancel_requested_at: NOW.toISOString() });
  await expect(waited(order)).rejects.toMatchObject({ name: 'OrderCancelledError' });
});

test('waiting for the payment of a paid or unknown order is an InvalidTaskInputError', async () => {
  await expect(waited(testOrder({ status: 'PAID' }))).rejects.toMatchObject({ name: 'InvalidTaskInputError' });
  await expect(wait('nobody', 'token-1', 0)).rejects.toMatchObject({
    name: 'InvalidTaskInputError',
    message: 'there is no order nobody',
  });
});

test('a repeated task is late: an order that went on under the same token does not wait again', async () => {
  const order = awaitingOrder({ status: 'AUTHORIZED', task_attempt: 0, payment_id: 'payment-1' });
  await expect(waited(order)).rejects.toMatchObject({
    name: 'InvalidTaskInputError',
    message: `order ${order.order_id} is AUTHORIZED and does not wait for a payment`,
  });
  expect(await readOrder(database.table, order.order_id)).toMatchObject({ status: 'AUTHORIZED' });
});

test('the order of an older version, without the number of its attempt, waits under the new token', async () => {
  expect(await waited(awaitingOrder({ task_token: 'token-0' }), 'token-1', 0)).toMatchObject({
    task_token: 'token-1',
    task_attempt: 0,
  });
});

test('cancelled while an earlier attempt is late: the task learns of the cancellation', async () => {
  const order = awaitingOrder({ task_attempt: 2, cancel_requested_at: NOW.toISOString() });
  await expect(waited(order, 'token-0', 1)).rejects.toMatchObject({ name: 'OrderCancelledError' });
});
