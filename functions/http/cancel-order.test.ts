import { expect, test } from '@jest/globals';
import { interpose } from '../../tests/support/dynamodb-requests.ts';
import { httpEvent, read } from '../../tests/support/http-event.ts';
import { awaitingOrder, testOrder } from '../../tests/support/order.ts';
import { withOrderTable, withStepFunctions } from '../../tests/support/order-fixtures.ts';
import { refuse, success } from '../../tests/support/step-functions-recorder.ts';
import { createTaskTokens } from '../clients/task-tokens.ts';
import type { OrderStatus } from '../orders/order-status.ts';
import { removeUnstartedOrder } from '../orders/order-writes.ts';
import { createHandler } from './cancel-order.ts';

const database = withOrderTable();
const stepFunctions = withStepFunctions();

function cancel(body: unknown, owner?: string) {
  const handler = createHandler(() => ({ table: database.table, tokens: createTaskTokens(stepFunctions.client) }));
  return handler(httpEvent({ body, ...(owner === undefined ? {} : { owner }) })).then(read);
}

test('cancelling an order that waits for its payment completes its saga’s task', async () => {
  const { order_id } = await database.written(awaitingOrder());
  expect(await cancel({ order_id })).toMatchObject({
    statusCode: 202,
    success: true,
    data: { order_id, status: 'AWAITING_PAYMENT', cancel_requested: true },
  });
  expect(stepFunctions.calls).toMatchObject([{ action: 'SendTaskFailure', input: { taskToken: 'token-1' } }]);
});

test('cancelling an order whose saga runs only records the request', async () => {
  const { order_id } = await database.written(testOrder());
  expect(await cancel({ order_id })).toMatchObject({ statusCode: 202, data: { status: 'PENDING' } });
  expect(stepFunctions.calls).toEqual([]);
});

test('a repeated cancellation gets the same response, even after the order has ended', async () => {
  const { order_id } = await database.written(awaitingOrder());
  const first = await cancel({ order_id });
  expect(await cancel({ order_id })).toEqual(first);
  const ended = await database.written(
    testOrder({ status: 'CANCELLED', cancel_requested_at: new Date().toISOString() }),
  );
  expect(await cancel({ order_id: ended.order_id })).toMatchObject({ statusCode: 202, data: { status: 'CANCELLED' } });
});

test('an order can be cancelled by its id in upper case', async () => {
  const { order_id } = await database.written(testOrder());
  expect(await cancel({ order_id: order_id.toUpperCase() })).toMatchObject({ statusCode: 202, data: { order_id } });
});

test.each([
  ['a payment has claimed it', awaitingOrder({ payment_id: 'payment-1' }), 'under way'],
  ['it is confirmed', testOrder({ status: 'CONFIRMED' }), 'confirmed'],
  ['it was rejected', testOrder({ status: 'REJECTED', reason: 'out of stock' }), 'rejected already: out of stock'],
  ['it is parked', testOrder({ status: 'NEEDS_ATTENTION' }), 'operator'],
])('cancellation too late, because %s: refused with the reason', async (_why, order, reason) => {
  const { order_id } = await database.written(order);
  expect(await cancel({ order_id })).toMatchObject({
    statusCode: 409,
    meta: { code: 'ORDER_NOT_CANCELLABLE' },
    data: expect.stringContaining(reason),
  });
});

test('task token timed out: the cancellation is recorded all the same', async () => {
  stepFunctions.reply = () => refuse('TaskTimedOut');
  const { order_id } = await database.written(awaitingOrder());
  expect(await cancel({ order_id })).toMatchObject({ statusCode: 202 });
});

test('Step Functions unreachable: the repeated cancellation completes the task', async () => {
  const { order_id } = await database.written(awaitingOrder());
  stepFunctions.reply = () => refuse('ThrottlingException');
  expect(await cancel({ order_id })).toMatchObject({ statusCode: 503, meta: { code: 'SAGA_UNAVAILABLE' } });
  stepFunctions.reply = success;
  expect(await cancel({ order_id })).toMatchObject({ statusCode: 202 });
  expect(stepFunctions.calls.at(-1)).toMatchObject({ action: 'SendTaskFailure', input: { taskToken: 'token-1' } });
});

test("cancelling an unknown order and somebody else's order look the same", async () => {
  const { order_id } = await database.written(testOrder({ owner: 'ann' }));
  const foreign = await cancel({ order_id }, 'bob');
  expect(foreign).toMatchObject({ statusCode: 404, meta: { code: 'ORDER_NOT_FOUND' }, data: 'no record found' });
  expect(await cancel({ order_id: testOrder().order_id })).toEqual(foreign);
  expect(await cancel({ order_id }, 'ann')).toMatchObject({ statusCode: 202 });
});

test.each<readonly [OrderStatus, string]>([
  ['AUTHORIZED', 'is paid or being paid'],
  ['PAID', 'is paid or being paid'],
  ['CONFIRMED', 'is confirmed'],
  ['NEEDS_ATTENTION', 'waits for an operator'],
  ['REJECTED', 'is rejected already'],
  ['CANCELLED', 'is cancelled already'],
  ['EXPIRED', 'is expired already'],
])('cancelling an order that is %s is refused, and no task is completed', async (status, reason) => {
  const { order_id } = await database.written(awaitingOrder({ status }));
  const answer = await cancel({ order_id });
  expect(answer).toMatchObject({ statusCode: 409, meta: { code: 'ORDER_NOT_CANCELLABLE' } });
  expect(answer.data).toContain(reason);
  expect(answer.data).not.toContain('undefined');
  expect(stepFunctions.calls).toEqual([]);
});

test('order removed before its cancellation is recorded: no record found', async () => {
  const order = await database.written(testOrder());
  interpose(database.table.client, 'UpdateItemCommand', () => removeUnstartedOrder(database.table, order));
  expect(await cancel({ order_id: order.order_id })).toMatchObject({ statusCode: 404, data: 'no record found' });
});

test('a cancelled order that is over has its task left alone, though its token is still there', async () => {
  const { order_id } = await database.written(
    awaitingOrder({ status: 'CANCELLED', cancel_requested_at: '2026-11-22T12:00:00.000Z' }),
  );
  expect(await cancel({ order_id })).toMatchObject({ statusCode: 202, data: { status: 'CANCELLED' } });
  expect(stepFunctions.calls).toEqual([]);
});

test('cancelling an order that waits without a token records the request', async () => {
  const { order_id } = await database.written(awaitingOrder({ task_token: undefined }));
  expect(await cancel({ order_id })).toMatchObject({ statusCode: 202, data: { cancel_requested: true } });
  expect(stepFunctions.calls).toEqual([]);
});
