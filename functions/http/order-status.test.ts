import { expect, test } from '@jest/globals';
import { httpEvent, read } from '../../tests/support/http-event.ts';
import { awaitingOrder, testOrder } from '../../tests/support/order.ts';
import { withOrderTable } from '../../tests/support/order-fixtures.ts';
import type { Order } from '../orders/order.ts';
import { addOrder } from '../orders/order-writes.ts';
import { orderStatusSchema } from './contract/order-status.ts';
import { createHandler } from './order-status.ts';

const database = withOrderTable();

async function written(order: Order): Promise<string> {
  await addOrder(database.table, order);
  return order.order_id;
}

function status(query: Readonly<Record<string, string>> | undefined, owner?: string) {
  const handler = createHandler(() => ({ table: database.table }));
  return handler(
    httpEvent({ ...(query === undefined ? {} : { query }), ...(owner === undefined ? {} : { owner }) }),
  ).then(read);
}

test('the status of an order has its history, in the documented shape', async () => {
  const order = awaitingOrder({
    lines: [{ item_id: 'item1', name: 'Item 1', count: 2, unit_price_minor: 1_000 }],
    payment_due_at: '2026-11-22T12:15:00.000Z',
  });
  const answer = await status({ order_id: await written(order) });
  expect(answer).toMatchObject({ statusCode: 200, success: true, meta: null });
  expect(answer.data).toEqual({
    order_id: order.order_id,
    status: 'AWAITING_PAYMENT',
    lines: [{ id: 'item1', name: 'Item 1', count: 2, unit_price: 1_000 }],
    amount: { value: 2_000, currency: 'USD' },
    payment: { kind: 'PAY_LATER', due_at: '2026-11-22T12:15:00.000Z' },
    timeline: order.timeline,
    created_at: order.created_at,
    updated_at: order.updated_at,
  });
  expect(orderStatusSchema.strict().parse(answer.data)).toEqual(answer.data);
});

test('the status of a rejected order has the reason', async () => {
  const order_id = await written(
    testOrder({ status: 'REJECTED', reason_code: 'OUT_OF_STOCK', reason: 'item1: 2 wanted, 0 left' }),
  );
  expect((await status({ order_id })).data).toMatchObject({
    status: 'REJECTED',
    reason_code: 'OUT_OF_STOCK',
    reason: 'item1: 2 wanted, 0 left',
  });
});

test('the status of an order reveals no task token, payment method, request hash or trace', async () => {
  const order = awaitingOrder({ payment_method: 'tok_secret', task_token: 'token-secret', owner: 'ann' });
  const answer = await status({ order_id: await written(order) }, 'ann');
  expect(answer).toMatchObject({
    statusCode: 200,
    data: { order_id: order.order_id, lines: [{ id: 'item1' }], payment: { kind: 'METHOD_GIVEN' } },
  });
  const text = JSON.stringify(answer);
  for (const secret of ['tok_secret', 'token-secret', order.request_hash, order.traceparent, 'ann']) {
    expect(text).not.toContain(secret);
  }
});

test('the status of an order that its saga keeps waiting says when to ask again, that of an ended one does not', async () => {
  const updated_at = '2026-11-22T12:00:00.000Z';
  const waiting = await status({ order_id: await written(testOrder({ status: 'PENDING', updated_at })) });
  expect([waiting.statusCode, waiting.headers?.['Retry-After']]).toEqual([200, '10']);
  const ended = await status({ order_id: await written(testOrder({ status: 'CONFIRMED', updated_at })) });
  expect([ended.statusCode, ended.headers?.['Retry-After']]).toEqual([200, undefined]);
});

test('the status of an order is found by its id in upper case', async () => {
  const order_id = await written(testOrder());
  expect(await status({ order_id: order_id.toUpperCase() })).toMatchObject({ statusCode: 200, data: { order_id } });
});

test('the status of an unknown order is 404, no record found', async () => {
  expect(await status({ order_id: testOrder().order_id })).toMatchObject({
    statusCode: 404,
    success: false,
    meta: { code: 'ORDER_NOT_FOUND' },
    data: 'no record found',
  });
});

test('the status of an order is visible to its owner, and to everybody where the API asks for no credentials', async () => {
  const order_id = await written(testOrder({ owner: 'ann' }));
  expect(await status({ order_id }, 'ann')).toMatchObject({ statusCode: 200 });
  expect(await status({ order_id }, 'bob')).toMatchObject({ statusCode: 404, data: 'no record found' });
  expect(await status({ order_id })).toMatchObject({ statusCode: 200 });
});

test('an order that was placed without authentication is not visible to an authenticated caller', async () => {
  const order_id = await written(testOrder());
  expect(await status({ order_id })).toMatchObject({ statusCode: 200 });
  expect(await status({ order_id }, 'ann')).toMatchObject({ statusCode: 404, data: 'no record found' });
});

test.each([
  ['no query', undefined],
  ['no order_id', { id: 'x' }],
  ['an empty order_id', { order_id: '' }],
  ['what is no UUID', { order_id: '1 OR 1=1' }],
])('a status request with %s is refused with what to send', async (_what, query) => {
  expect(await status(query)).toMatchObject({
    statusCode: 400,
    meta: {
      code: 'INVALID_REQUEST',
      errors: [{ path: 'order_id', message: expect.stringContaining('must be a UUID') }],
    },
  });
});
