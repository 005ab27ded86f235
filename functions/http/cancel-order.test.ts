import { expect, test } from '@jest/globals';
import { httpEvent, read } from '../../tests/support/http-event.ts';
import { awaitingOrder, testOrder } from '../../tests/support/order.ts';
import { withOrderTable, withStepFunctions } from '../../tests/support/order-fixtures.ts';
import { refuse, success } from '../../tests/support/step-functions-recorder.ts';
import { createTaskTokens } from '../clients/task-tokens.ts';
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
