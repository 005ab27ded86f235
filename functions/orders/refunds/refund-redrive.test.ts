import '../../../tests/support/quiet-log.ts';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from '@jest/globals';
import { httpEvent, read } from '../../../tests/support/http-event.ts';
import { confirmedOrder } from '../../../tests/support/order.ts';
import { withOrderTable, withStepFunctions } from '../../../tests/support/order-fixtures.ts';
import { type RecordedCall, refuse, success } from '../../../tests/support/step-functions-recorder.ts';
import { logWith, rootLogger } from '../../common/logger.ts';
import { createHandler as listOrders } from '../../http/list-orders.ts';
import { createHandler as redriveOrders } from '../../http/redrive-orders.ts';
import type { Order } from '../order.ts';
import { createOrderSaga } from '../order-saga.ts';
import { readOrder } from '../order-table.ts';
import type { Refund } from './refund.ts';
import { redriveRefunds } from './refund-redrive.ts';
import { createRefundSaga } from './refund-saga.ts';

const database = withOrderTable('test');
const stepFunctions = withStepFunctions();
const ARN = 'arn:aws:states:us-east-1:000000000000:stateMachine:refund-saga';

function redrive(body: object) {
  const handler = redriveOrders(() => ({
    table: database.table,
    saga: createOrderSaga(stepFunctions.client, ARN.replace('refund', 'order')),
    refunds: createRefundSaga(stepFunctions.client, ARN),
  }));
  return handler(httpEvent({ body, owner: 'olaf', role: 'operator' })).then(read);
}

const PARKED: Refund = {
  amount_minor: 500,
  restock: false,
  reason: 'test',
  status: 'NEEDS_ATTENTION',
  requested_at: '2026-11-28T12:00:00.000Z',
  tries: 3,
  parked_step: 'RefundPayment',
  parked_error: 'RetryableError',
  parked_reason: 'the money could not be given back: away',
};

function parked(refund: Partial<Refund> = {}, differences: Partial<Order> = {}): Promise<Order> {
  const refunds = { r1: { ...PARKED, ...refund } };
  const refund_parked_step = refunds.r1.parked_step;
  return database.written(confirmedOrder({ refunds, refund_version: 1, refund_parked_step, ...differences }));
}

function actions() {
  return stepFunctions.calls.map(({ action, input }) => [
    action,
    String(input.executionArn ?? input.name)
      .split(':')
      .at(-1),
  ]);
}

test('a parked refund is redriven, and under way again', async () => {
  const { order_id } = await parked();
  expect(await redrive({ order_ids: [order_id] })).toMatchObject({
    statusCode: 202,
    data: { redriven: [order_id], refused: [] },
  });
  expect(actions()).toEqual([['RedriveExecution', 'r1']]);
  const order = await readOrder(database.table, order_id);
  expect(order).toMatchObject({
    refunds: { r1: { status: 'REQUESTED', tries: 0, redriven: { by: 'olaf', error: 'RetryableError' } } },
    saga_due: order_id.at(-1),
  });
  // Its execution has a minute before the reconciliation looks.
  expect(Date.parse(String(order?.saga_due_at)) - Date.now()).toBeGreaterThan(50_000);
  expect(order).not.toHaveProperty('refund_parked_step');
  expect(order?.refunds?.r1).not.toHaveProperty('parked_step');
});

test('several parked refunds of an order: the one that was asked for first is redriven first', async () => {
  const { order_id } = await parked(
    {},
    {
      refunds: {
        a_later: { ...PARKED, requested_at: '2026-11-28T13:00:00.000Z', parked_step: 'ReturnInventory' },
        b_first: PARKED,
        c_last: { ...PARKED, requested_at: '2026-11-28T14:00:00.000Z' },
      },
    },
  );
  expect(await redrive({ order_ids: [order_id] })).toMatchObject({ data: { redriven: [order_id] } });
  expect(actions().map(([, name]) => name)).toEqual(['b_first', 'a_later', 'c_last']);
});

test('a refund that has ended since an operator saw it parked is not paid out again', async () => {
  const seen = await parked();
  const { client, name } = database.table;
  const refunds = { r1: { ...PARKED, status: 'SUCCEEDED' } };
  await client.send(new PutCommand({ TableName: name, Item: { ...seen, refunds } }));
  const saga = createRefundSaga(stepFunctions.client, ARN);
  const log = logWith(rootLogger(), {});
  expect(await redriveRefunds(seen, { table: database.table, refunds: saga }, 'olaf', log, new Date())).toBe(
    'refund r1: it has moved meanwhile',
  );
  expect(stepFunctions.calls).toEqual([]);
  expect(await readOrder(database.table, seen.order_id)).toMatchObject({ refunds });
});

test('a parked refund whose execution is gone, or cannot be redriven, goes on in a further one', async () => {
  const { order_id } = await parked();
  stepFunctions.reply = (call: RecordedCall) =>
    call.action === 'StartExecution' ? success(call) : refuse('ExecutionDoesNotExist');
  expect(await redrive({ order_ids: [order_id] })).toMatchObject({ data: { redriven: [order_id] } });
  expect(actions().at(-1)).toEqual(['StartExecution', 'r1-1']);
});

test('Step Functions is away: the refund is noted, and the reconciliation takes it up', async () => {
  const { order_id } = await parked();
  stepFunctions.reply = () => refuse('ServiceUnavailable', 503);
  expect(await redrive({ order_ids: [order_id] })).toMatchObject({ data: { redriven: [order_id] } });
  expect(await readOrder(database.table, order_id)).toMatchObject({
    refunds: { r1: { status: 'REQUESTED' } },
    saga_due: order_id.at(-1),
  });
});

test('all refunds that are parked at a step are redriven by its name, and no others', async () => {
  const payment = [await parked(), await parked()].map(({ order_id }) => order_id);
  const inventory = await parked({ parked_step: 'ReturnInventory' });
  const { data } = await redrive({ parked_step: 'RefundPayment' });
  const { redriven, refused } = data as { readonly redriven: readonly string[]; readonly refused: readonly unknown[] };
  expect([redriven.toSorted(), refused]).toEqual([payment.toSorted(), []]);
  expect(await redrive({ parked_step: 'ReturnInventory' })).toMatchObject({ data: { redriven: [inventory.order_id] } });
});

test('a redrive that cannot help is refused: the same error parked it a moment ago, or nothing is parked', async () => {
  const redriven = { at: new Date().toISOString(), error: 'RetryableError' };
  const { order_id } = await parked({ redriven });
  const why = expect.stringMatching(/^refund r1: it was redriven \d+ seconds ago, and RetryableError parked it again/);
  expect(await redrive({ order_ids: [order_id] })).toMatchObject({
    data: { redriven: [], refused: [{ order_id, why }] },
  });
  const healthy = await database.written(confirmedOrder());
  expect(await redrive({ order_ids: [healthy.order_id] })).toMatchObject({
    data: { refused: [{ why: 'it is CONFIRMED, not parked' }] },
  });
  expect(stepFunctions.calls).toEqual([]);
});

test('by the name of a step, refunds that a redrive cannot help yet are told apart from those to redrive', async () => {
  const redriven = { at: new Date().toISOString(), error: 'RetryableError' };
  const soon = await parked({ redriven });
  const late = await parked();
  const { data } = await redrive({ parked_step: 'RefundPayment' });
  // Told from its record: nothing is tried for it, and it takes no place from the others.
  const why = expect.stringMatching(/^it was redriven \d+ seconds ago, and RetryableError parked it again/);
  expect(data).toEqual({ redriven: [late.order_id], refused: [{ order_id: soon.order_id, why }] });
});

test('another error than the one that the last redrive was to cure may be redriven at once', async () => {
  const redriven = { at: new Date().toISOString(), error: 'States.Timeout' };
  const { order_id } = await parked({ redriven });
  expect(await redrive({ order_ids: [order_id] })).toMatchObject({ data: { redriven: [order_id] } });
});

test('an operator finds confirmed orders with a parked refund; a customer may not ask', async () => {
  const { order_id } = await parked({}, { owner: 'ann' });
  await parked({ parked_step: 'RecordRefund' }, { owner: 'bob' });
  await database.written(confirmedOrder({ owner: 'ann' }));
  const list = (query: Readonly<Record<string, string>>, role: string) =>
    listOrders(() => ({ table: database.table }))(
      httpEvent({ query: { refunds: 'NEEDS_ATTENTION', ...query }, owner: 'ann', role }),
    ).then(read);
  expect((await list({}, 'operator')).data).toMatchObject({
    orders: [{ status: 'CONFIRMED' }, { status: 'CONFIRMED' }],
  });
  const ofAnn = await list({ owner: 'ann' }, 'operator');
  expect(ofAnn.data).toEqual({ orders: [expect.objectContaining({ order_id, refund_parked_step: 'RefundPayment' })] });
  expect(await list({}, 'customer')).toMatchObject({ statusCode: 403, meta: { code: 'FORBIDDEN' } });
});
