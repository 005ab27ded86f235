import '../../../tests/support/quiet-log.ts';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from '@jest/globals';
import { keptLog } from '../../../tests/support/kept-log.ts';
import { confirmedOrder } from '../../../tests/support/order.ts';
import { withOrderTable, withStepFunctions } from '../../../tests/support/order-fixtures.ts';
import { executionsAre, executionsAreLost, refuse, success } from '../../../tests/support/step-functions-recorder.ts';
import { logWith, rootLogger } from '../../common/logger.ts';
import { createHandler } from '../../scheduled/reconcile-orders.ts';
import type { Order } from '../order.ts';
import { createOrderSaga } from '../order-saga.ts';
import { readOrder } from '../order-table.ts';
import type { Refund } from './refund.ts';
import { acceptRefund } from './refund-acceptance.ts';
import { recoverRefunds } from './refund-recovery.ts';
import { createRefundSaga } from './refund-saga.ts';

// The rounds of the reconciliation over confirmed orders with refunds.
const database = withOrderTable('test');
const stepFunctions = withStepFunctions();
const ARN = 'arn:aws:states:us-east-1:000000000000:stateMachine:refund-saga';
const PAST = new Date(Date.now() - 60_000).toISOString();

function run() {
  const notAsked = () => Promise.reject(new Error('no service is asked for a confirmed order'));
  return createHandler(
    () => ({
      table: database.table,
      saga: createOrderSaga(stepFunctions.client, ARN.replace('refund', 'order')),
      refunds: createRefundSaga(stepFunctions.client, ARN),
      payment: { void: notAsked, recordProviderEvent: notAsked, find: notAsked, authorize: notAsked },
      tokens: { reportPaid: notAsked, reportDeclined: notAsked },
      inventory: { release: notAsked },
    }),
    { paceMs: 0, runMs: 20_000 },
  )();
}

function refund(differences: Partial<Refund> = {}): Refund {
  return {
    amount_minor: 500,
    restock: false,
    reason: 'test',
    status: 'REQUESTED',
    requested_at: PAST,
    ...differences,
  };
}

function overdue(refunds: Readonly<Record<string, Refund>>, differences: Partial<Order> = {}): Promise<Order> {
  const due = { saga_due: 'Y', saga_due_at: PAST } as const;
  return database.written(confirmedOrder({ refunds, refund_version: 1, ...due, ...differences }));
}

/** As if a minute had passed, and nothing else had happened. */
function laterOverdue(order: Order): Promise<void> {
  return changed(order, { saga_due_at: PAST });
}

async function changed({ order_id }: Order, differences: Partial<Order>): Promise<void> {
  const current = await readOrder(database.table, order_id);
  const { client, name } = database.table;
  await client.send(new PutCommand({ TableName: name, Item: { ...current, ...differences } }));
}

function accept({ order_id }: Order, now = new Date()) {
  const request = {
    refundId: 'r1',
    amountMinor: 500,
    lines: undefined,
    restock: false,
    reason: 'test',
    by: undefined,
    traceparent: '00-trace',
  };
  const refunds = createRefundSaga(stepFunctions.client, ARN);
  return acceptRefund(order_id, request, { table: database.table, refunds }, logWith(rootLogger(), {}), now);
}

test.each([
  ['is parked', 3, { level: 'ERROR', step: 'RefundPayment', error: 'TIMED_OUT', cause: 'its execution is TIMED_OUT' }],
  ['takes no start', 0, { level: 'WARN', cause: { name: 'ThrottlingException' } }],
])('a refund that %s: the operator reads its id and the cause in the log', async (_what, tries, line) => {
  const order = await overdue({ r1: refund({ tries }) });
  stepFunctions.reply = (call) =>
    call.action === 'DescribeExecution' ? executionsAre('TIMED_OUT')(call) : refuse('ThrottlingException');
  const log = keptLog();
  const dependencies = { table: database.table, refunds: createRefundSaga(stepFunctions.client, ARN) };
  const now = new Date();
  await recoverRefunds(order, dependencies, logWith(log.logger, {}), now, now).finally(log.restore);
  expect(log.lines).toMatchObject([{ refund_id: 'r1', ...line }]);
});

test('a refund that was noted, and whose saga was never started or is lost, is started', async () => {
  const { order_id, timeline, updated_at } = await overdue({ r1: refund() });
  stepFunctions.reply = executionsAreLost;
  expect(await run()).toMatchObject({ restarted: 1 });
  expect(stepFunctions.starts()).toMatchObject([{ name: 'r1-1', stateMachineArn: ARN }]);
  expect(JSON.parse(String(stepFunctions.starts()[0]?.input))).toMatchObject({
    order_id,
    refund_id: 'r1',
    amount_minor: 500,
    run: 1,
  });
  const order = await readOrder(database.table, order_id);
  expect(order).toMatchObject({ refunds: { r1: { status: 'REQUESTED', run: 1, tries: 1 } }, timeline, updated_at });
  expect(Date.parse(String(order?.saga_due_at))).toBeGreaterThan(Date.now());
});

test.each(['FAILED', 'TIMED_OUT', 'ABORTED', 'SUCCEEDED'])(
  'a refund whose execution is %s without a word gets a further one',
  async (status) => {
    await overdue({ r1: refund() });
    stepFunctions.reply = executionsAre(status);
    expect(await run()).toMatchObject({ restarted: 1 });
    expect(stepFunctions.starts()).toMatchObject([{ name: 'r1-1' }]);
  },
);

test('a refund that no execution ends is parked after three, with the cause', async () => {
  const order = await overdue({ r1: refund({ restock: true, lines: [{ item_id: 'pen', count: 1 }] }) });
  stepFunctions.reply = executionsAre('FAILED', 'States.Runtime');
  for (let round = 1; round <= 3; round += 1) {
    expect(await run()).toMatchObject({ restarted: 1 });
    await laterOverdue(order);
  }
  expect(await run()).toMatchObject({ parked: 1 });
  expect(stepFunctions.starts().map(({ name }) => name)).toEqual(['r1-1', 'r1-2', 'r1-3']);
  const parked = await readOrder(database.table, order.order_id);
  expect(parked).toMatchObject({
    status: 'CONFIRMED',
    refund_parked_step: 'ReturnInventory',
    refunds: {
      r1: {
        status: 'NEEDS_ATTENTION',
        parked_error: 'States.Runtime',
        parked_reason: 'the refund could not be carried on: its execution failed with States.Runtime',
      },
    },
  });
  expect(parked).not.toHaveProperty('saga_due');
});

test('a refund whose execution runs is looked at again later; one that has ended is not', async () => {
  const running = await overdue({ r1: refund() });
  const ended = await overdue({ r1: refund({ status: 'SUCCEEDED' }) });
  expect(await run()).toMatchObject({ under_way: 2, restarted: 0 });
  const due = (await readOrder(database.table, running.order_id))?.saga_due_at;
  expect(Date.parse(String(due))).toBeGreaterThan(Date.now());
  expect(await readOrder(database.table, ended.order_id)).not.toHaveProperty('saga_due');
  expect(stepFunctions.starts()).toEqual([]);
});

test('of several refunds of an order each is carried on by itself', async () => {
  const { order_id } = await overdue({ r1: refund(), r2: refund(), r3: refund({ status: 'NEEDS_ATTENTION' }) });
  stepFunctions.reply = (call) => {
    const isLost = call.action === 'DescribeExecution' && String(call.input.executionArn).endsWith(':r2');
    return isLost ? refuse('ExecutionDoesNotExist') : success(call);
  };
  expect(await run()).toMatchObject({ restarted: 1 });
  expect(stepFunctions.starts()).toMatchObject([{ name: 'r2-1' }]);
  expect((await readOrder(database.table, order_id))?.refunds).toMatchObject({
    r1: { status: 'REQUESTED' },
    r2: { run: 1 },
    r3: { status: 'NEEDS_ATTENTION' },
  });
});

test('Step Functions takes no start: nothing counts as tried', async () => {
  const { order_id } = await overdue({ r1: refund() });
  stepFunctions.reply = ({ action }) =>
    action === 'DescribeExecution' ? refuse('ExecutionDoesNotExist') : refuse('ThrottlingException');
  expect(await run()).toMatchObject({ left: 1 });
  expect((await readOrder(database.table, order_id))?.refunds?.r1).toMatchObject({ status: 'REQUESTED', tries: 0 });
});

test('the reply to the start of a further execution was lost: the execution that runs is counted', async () => {
  const { order_id } = await overdue({ r1: refund() });
  stepFunctions.reply = ({ action }) =>
    refuse(action === 'DescribeExecution' ? 'ExecutionDoesNotExist' : 'ExecutionAlreadyExists');
  expect(await run()).toMatchObject({ restarted: 1, left: 0 });
  expect((await readOrder(database.table, order_id))?.refunds?.r1).toMatchObject({ run: 1, tries: 1 });
});

test('a refund that was just asked for is left to its own execution for a minute', async () => {
  const order = await database.written(confirmedOrder());
  const now = new Date();
  await accept(order, now);
  expect(stepFunctions.starts()).toMatchObject([{ name: 'r1' }]);
  const due = (await readOrder(database.table, order.order_id))?.saga_due_at;
  expect(Date.parse(String(due)) - now.getTime()).toBe(60_000);
  stepFunctions.reply = executionsAreLost;
  expect(await run()).toMatchObject({ restarted: 0 });
  expect(stepFunctions.starts()).toHaveLength(1);
});

test('a refund that has ended is not started again by a request that is repeated late', async () => {
  const order = await database.written(confirmedOrder());
  const { refund: noted } = await accept(order);
  await changed(order, { refunds: { r1: { ...noted, status: 'SUCCEEDED' } } });
  expect(await accept(order)).toMatchObject({ refund: { status: 'SUCCEEDED' } });
  expect(stepFunctions.starts()).toHaveLength(1);
});

test.each([0, 3])('a refund that ends while its execution is looked for, after %i runs, stays ended', async (tries) => {
  const order = await overdue({ r1: refund({ tries }) });
  const ended = { r1: refund({ tries, status: 'SUCCEEDED' }) };
  stepFunctions.reply = async (call) => {
    await changed(order, { refunds: ended, refund_version: 2 });
    return executionsAreLost(call);
  };
  expect(await run()).toMatchObject({ under_way: 1, parked: 0, restarted: 0 });
  expect(stepFunctions.starts()).toEqual([]);
  expect(await readOrder(database.table, order.order_id)).toMatchObject({ refunds: ended });
});

test.each([
  ['ended', refund({ status: 'SUCCEEDED', run: 1, tries: 1 })],
  ['been tried again by another round', refund({ run: 2, tries: 2 })],
])('a refund that has %s while its start was refused is left as it is', async (_what, moved) => {
  const order = await overdue({ r1: refund() });
  stepFunctions.reply = async ({ action }) => {
    if (action === 'StartExecution') {
      await changed(order, { refunds: { r1: moved }, refund_version: 3 });
    }
    return refuse(action === 'DescribeExecution' ? 'ExecutionDoesNotExist' : 'ThrottlingException');
  };
  await run();
  expect((await readOrder(database.table, order.order_id))?.refunds).toEqual({ r1: moved });
});

test('two rounds at once start one further execution', async () => {
  const { order_id } = await overdue({ r1: refund() });
  stepFunctions.reply = executionsAreLost;
  await Promise.all([run(), run()]);
  expect(new Set(stepFunctions.starts().map(({ name }) => name))).toEqual(new Set(['r1-1']));
  expect((await readOrder(database.table, order_id))?.refunds?.r1).toMatchObject({ run: 1, tries: 1 });
});
