import '../../tests/support/quiet-log.ts';
import { PutCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { expect, test } from '@jest/globals';
import { keptLog } from '../../tests/support/kept-log.ts';
import { awaitingOrder, testOrder } from '../../tests/support/order.ts';
import { withOrderTable, withStepFunctions } from '../../tests/support/order-fixtures.ts';
import { withPaymentService } from '../../tests/support/service-fixtures.ts';
import { executionsAre, executionsAreLost, refuse } from '../../tests/support/step-functions-recorder.ts';
import { createTaskTokens } from '../clients/task-tokens.ts';
import { RetryableError } from '../common/errors.ts';
import { logWith, rootLogger } from '../common/logger.ts';
import type { Order } from '../orders/order.ts';
import { createOrderSaga } from '../orders/order-saga.ts';
import { readOrder } from '../orders/order-table.ts';
import { createRefundSaga } from '../orders/refunds/refund-saga.ts';
import { recoverSaga, type SagaRecoveryDependencies } from '../orders/saga-recovery.ts';
import { createHandler } from './reconcile-orders.ts';

const database = withOrderTable('test');
const stepFunctions = withStepFunctions();
const payments = withPaymentService();
const released: string[] = [];

async function noteRelease(orderId: string): Promise<void> {
  released.push(orderId);
}

function dependencies(release = noteRelease): SagaRecoveryDependencies {
  return {
    table: database.table,
    saga: createOrderSaga(stepFunctions.client, 'arn:aws:states:us-east-1:000000000000:stateMachine:saga'),
    refunds: createRefundSaga(stepFunctions.client, 'arn:aws:states:us-east-1:000000000000:stateMachine:refunds'),
    payment: payments.client,
    tokens: createTaskTokens(stepFunctions.client),
    inventory: { release: async ({ orderId }) => release(orderId) as never },
  };
}

function run(release = noteRelease, runMs = 20_000) {
  return createHandler(() => dependencies(release), { paceMs: 0, runMs })();
}

const PAST = new Date(Date.now() - 60_000).toISOString();

/** An order whose saga should have written a minute ago. */
function overdue(differences: Partial<Order> = {}): Promise<Order> {
  return database.written(awaitingOrder({ saga_due_at: PAST, updated_at: PAST, ...differences }));
}

/** As if a minute had passed, in which a run has at most repeated the last write. */
async function laterOverdue({ order_id }: Order, repeatedAt?: string): Promise<void> {
  const current = await readOrder(database.table, order_id);
  const { client, name } = database.table;
  const updated_at = repeatedAt ?? current?.updated_at;
  await client.send(new PutCommand({ TableName: name, Item: { ...current, updated_at, saga_due_at: PAST } }));
}

test.each(['FAILED', 'TIMED_OUT', 'ABORTED', 'SUCCEEDED'])(
  'the execution of an open order is %s: a further run takes the order up',
  async (status) => {
    const { order_id } = await overdue();
    stepFunctions.reply = executionsAre(status);
    expect(await run()).toMatchObject({ restarted: 1 });
    expect(stepFunctions.starts()).toMatchObject([{ name: `${order_id}-1` }]);
    expect(JSON.parse(String(stepFunctions.starts()[0]?.input))).toMatchObject({ order_id, run: 1 });
    const order = await readOrder(database.table, order_id);
    expect(order).toMatchObject({ saga_run: 1, status: 'AWAITING_PAYMENT', updated_at: PAST });
    expect(Date.parse(String(order?.saga_due_at))).toBeGreaterThan(Date.now());
  },
);

test('the execution of an open order is lost, because its journal was deleted: a further run takes the order up', async () => {
  const { order_id } = await overdue();
  stepFunctions.reply = executionsAreLost;
  expect(await run()).toMatchObject({ restarted: 1 });
  expect(stepFunctions.starts()).toMatchObject([{ name: `${order_id}-1` }]);
});

test('the execution runs: the order is looked at again later, and later each time', async () => {
  const { order_id } = await overdue();
  const settled = await overdue({ updated_at: new Date(Date.now() - 3_600_000).toISOString() });
  expect(await run()).toMatchObject({ under_way: 2 });
  expect(stepFunctions.starts()).toEqual([]);
  const due = async (id: string) => Date.parse(String((await readOrder(database.table, id))?.saga_due_at)) - Date.now();
  expect(await due(order_id)).toBeGreaterThan(50_000);
  expect(await due(order_id)).toBeLessThan(70_000);
  expect(await due(settled.order_id)).toBeGreaterThan(890_000);
  expect(await due(settled.order_id)).toBeLessThan(910_000);
});

/** An order with tok_3ds whose customer has decided, or not; the provider's event never came. */
async function withoutEvent(decision?: 'approve' | 'refuse', differences: Partial<Order> = {}): Promise<Order> {
  const order = await overdue({ payment_method: 'tok_3ds', payment_action_url: '/payment/action', ...differences });
  const { order_id } = order;
  const waiting = await payments.service.authorize(order_id, {
    paymentId: order_id,
    method: 'tok_3ds',
    amountMinor: 2_000,
  });
  if (decision !== undefined) {
    await payments.service.decide(waiting, decision);
  }
  return order;
}

test.each([
  ['approve', 'SendTaskSuccess'],
  ['refuse', 'SendTaskFailure'],
] as const)(
  'the event of a customer’s decision to %s is lost: the provider is asked, and %s tells the saga',
  async (decision, action) => {
    const { order_id } = await withoutEvent(decision);
    expect(await run()).toMatchObject({ under_way: 1 });
    expect(stepFunctions.calls.filter((call) => call.action.startsWith('SendTask'))).toMatchObject([
      { action, input: { taskToken: 'token-1' } },
    ]);
    expect((await payments.service.charge(order_id, order_id))?.state).toBe(
      decision === 'approve' ? 'AUTHORIZED' : 'DECLINED',
    );
  },
);

test('the customer has not decided: the provider is asked again, the last time before the window ends', async () => {
  const payment_due_at = new Date(Date.now() + 100_000).toISOString();
  const { order_id } = await withoutEvent(undefined, { payment_due_at });
  expect(await run()).toMatchObject({ under_way: 1 });
  expect(stepFunctions.calls.map(({ action }) => action)).toEqual(['DescribeExecution']);
  const order = await readOrder(database.table, order_id);
  expect(order).toMatchObject({ status: 'AWAITING_PAYMENT', updated_at: PAST });
  expect(Date.parse(payment_due_at) - Date.parse(String(order?.saga_due_at))).toBe(75_000);
});

test('the last look before the window ends is not made a second time at once, even where it came to the millisecond', async () => {
  const payment_due_at = new Date(Date.now() + 100_000).toISOString();
  const order = await withoutEvent(undefined, { payment_due_at });
  const now = new Date(Date.parse(payment_due_at) - 75_000);
  expect(await recoverSaga(order, dependencies(), logWith(rootLogger(), {}), now)).toBe('under_way');
  const due = (await readOrder(database.table, order.order_id))?.saga_due_at;
  expect(Date.parse(String(due)) - now.getTime()).toBeGreaterThanOrEqual(60_000);
});

test('a payment that cannot be asked about stops no other order', async () => {
  await overdue({ payment_method: 'tok_3ds', payment_action_url: '/payment/action' });
  await withoutEvent('approve');
  expect(await run()).toMatchObject({ under_way: 2, failed: 0, left: 0 });
  expect(stepFunctions.calls.map(({ action }) => action)).toContain('SendTaskSuccess');
});

test('an order that is not due yet, over or parked is left alone', async () => {
  await overdue({ saga_due_at: new Date(Date.now() + 5_000).toISOString() });
  await overdue({ status: 'CONFIRMED', saga_due: undefined, saga_due_at: undefined });
  await overdue({ status: 'NEEDS_ATTENTION', saga_due: undefined, saga_due_at: undefined });
  expect(await run()).toEqual({ under_way: 0, restarted: 0, parked: 0, left: 0, failed: 0 });
  expect(stepFunctions.calls).toEqual([]);
});

test('three runs do not move the order: it is parked with the cause, its card and its stock are freed', async () => {
  const order = await overdue({ payment_id: 'payment-1', payment_claimed_at: PAST });
  const { order_id } = order;
  await payments.service.authorize(order_id, { paymentId: 'payment-1', method: 'tok_visa', amountMinor: 2_000 });
  stepFunctions.reply = executionsAre('FAILED', 'States.Runtime');
  for (const times of [1, 2, 3]) {
    expect(await run()).toMatchObject({ restarted: 1 });
    expect(stepFunctions.starts()).toHaveLength(times);
    await laterOverdue(order);
  }
  expect(await run()).toMatchObject({ parked: 1, restarted: 0 });
  const parked = await readOrder(database.table, order_id);
  expect(parked).toMatchObject({
    status: 'NEEDS_ATTENTION',
    parked_step: 'VoidPayment',
    parked_error: 'States.Runtime',
    reason: 'the order could not be carried on: its execution failed with States.Runtime',
  });
  expect(parked).not.toHaveProperty('saga_due_at');
  expect(parked).not.toHaveProperty('task_token');
  expect(await payments.service.charge(order_id, 'payment-1')).toMatchObject({ state: 'VOIDED' });
  expect(released).toContain(order_id);
});

test('a paid order that no run moves is parked at its next step, and keeps its money', async () => {
  const order = await overdue({
    status: 'PAID',
    saga_run: 3,
    saga_recovery: { tries: 3, updated_at: PAST },
    payment_id: 'payment-1',
  });
  stepFunctions.reply = executionsAreLost;
  expect(await run()).toMatchObject({ parked: 1 });
  expect(released).not.toContain(order.order_id);
  expect(await readOrder(database.table, order.order_id)).toMatchObject({
    parked_step: 'CommitInventory',
    parked_outcome: { status: 'CONFIRMED' },
    parked_at_redrive_count: 30_000,
  });
});

test('executions end without an error: the operator reads on the parked order how they ended', async () => {
  const { order_id } = await overdue({ saga_run: 3, saga_recovery: { tries: 3, updated_at: PAST } });
  stepFunctions.reply = executionsAre('TIMED_OUT');
  expect(await run()).toMatchObject({ parked: 1 });
  expect(await readOrder(database.table, order_id)).toMatchObject({
    parked_error: 'TIMED_OUT',
    reason: 'the order could not be carried on: its execution is TIMED_OUT',
  });
});

test.each([
  ['is parked', 3, { level: 'ERROR', step: 'VoidPayment', cause: 'its execution is TIMED_OUT' }],
  ['takes no start', 0, { level: 'WARN', cause: { name: 'ThrottlingException' } }],
])('an order that %s: the operator reads the cause in the log', async (_what, tries, line) => {
  const order = await overdue({ saga_recovery: { tries, updated_at: PAST } });
  stepFunctions.reply = (call) =>
    call.action === 'DescribeExecution' ? executionsAre('TIMED_OUT')(call) : refuse('ThrottlingException');
  const log = keptLog();
  await recoverSaga(order, dependencies(), logWith(log.logger, {}), new Date()).finally(log.restore);
  expect(log.lines).toMatchObject([line]);
});

test.each([{ status: 'RESERVED' as const }, { updated_at: 'earlier' }])(
  'an order that has moved since its last recovery is not parked: it had %j',
  async (recovered) => {
    await overdue({ saga_run: 3, saga_recovery: { tries: 3, ...recovered } });
    stepFunctions.reply = executionsAreLost;
    expect(await run()).toMatchObject({ parked: 0, restarted: 1 });
  },
);

test('runs that each repeat the write of the reservation do not move the order: it is parked', async () => {
  const order = await overdue({ status: 'RESERVED' });
  stepFunctions.reply = executionsAre('FAILED', 'States.Runtime');
  for (const minute of [1, 2, 3]) {
    expect(await run()).toMatchObject({ restarted: 1 });
    await laterOverdue(order, new Date(Date.now() + minute).toISOString());
  }
  expect(await run()).toMatchObject({ parked: 1, restarted: 0 });
});

test('a service does not reply before a parking: the order is not parked with its card authorized, but left', async () => {
  const { order_id } = await overdue({ saga_recovery: { tries: 3, updated_at: PAST } });
  stepFunctions.reply = executionsAreLost;
  const unreachable = async () => Promise.reject(new RetryableError('INVENTORY_UNAVAILABLE', 'gone'));
  expect(await run(unreachable)).toMatchObject({ parked: 0, left: 1 });
  expect(await readOrder(database.table, order_id)).toMatchObject({ status: 'AWAITING_PAYMENT' });
});

test('orders that a service does not reply about are put behind the others, which are carried on', async () => {
  const earlier = new Date(Date.now() - 120_000).toISOString();
  const stuck = await Promise.all(
    Array.from({ length: 6 }, () => overdue({ saga_due_at: earlier, saga_recovery: { tries: 3, updated_at: PAST } })),
  );
  const { order_id } = await overdue();
  stepFunctions.reply = executionsAreLost;
  const unreachable = async () => Promise.reject(new RetryableError('INVENTORY_UNAVAILABLE', 'gone'));
  expect(await run(unreachable)).toMatchObject({ left: 5, restarted: 0 });
  expect(await run(unreachable)).toMatchObject({ left: 1, restarted: 1 });
  expect(await readOrder(database.table, order_id)).toMatchObject({ saga_run: 1 });
  const due = await Promise.all(stuck.map((order) => readOrder(database.table, order.order_id)));
  expect(due.filter((order) => Date.parse(String(order?.saga_due_at)) < Date.now() + 50_000)).toEqual([]);
});

test('orders that a service does not reply about stop no round while others in between are carried on', async () => {
  for (let minute = 0; minute < 6; minute += 1) {
    const dueAt = (second: number) => new Date(Date.now() - 600_000 + (60 * minute + second) * 1_000).toISOString();
    await overdue({ saga_due_at: dueAt(0), saga_recovery: { tries: 3, updated_at: PAST } });
    await overdue({ saga_due_at: dueAt(30) });
  }
  stepFunctions.reply = executionsAreLost;
  const unreachable = async () => Promise.reject(new RetryableError('INVENTORY_UNAVAILABLE', 'gone'));
  expect(await run(unreachable)).toMatchObject({ left: 6, restarted: 6 });
});

test('Step Functions takes no start: nothing counts as tried, and after five orders the others wait for the next round', async () => {
  const orders = await Promise.all(Array.from({ length: 8 }, () => overdue()));
  stepFunctions.reply = ({ action }) =>
    action === 'DescribeExecution' ? refuse('ExecutionDoesNotExist') : refuse('ThrottlingException');
  expect(await run()).toMatchObject({ left: 5, restarted: 0 });
  expect(stepFunctions.starts()).toHaveLength(5);
  const tried = await Promise.all(orders.map(({ order_id }) => readOrder(database.table, order_id)));
  expect(tried.filter((order) => (order?.saga_recovery?.tries ?? 0) > 0)).toEqual([]);
});

test('the reply to the start of a further run was lost: the execution that runs is counted', async () => {
  const { order_id } = await overdue();
  stepFunctions.reply = ({ action }) =>
    refuse(action === 'DescribeExecution' ? 'ExecutionDoesNotExist' : 'ExecutionAlreadyExists');
  expect(await run()).toEqual({ under_way: 0, restarted: 1, parked: 0, left: 0, failed: 0 });
  expect(await readOrder(database.table, order_id)).toMatchObject({ saga_run: 1, saga_recovery: { tries: 1 } });
});

test('two rounds at once: one of them starts the further run', async () => {
  const { order_id } = await overdue();
  stepFunctions.reply = executionsAreLost;
  await Promise.all([run(), run()]);
  expect(stepFunctions.starts()).toMatchObject([{ name: `${order_id}-1` }]);
  expect(await readOrder(database.table, order_id)).toMatchObject({ saga_run: 1, saga_recovery: { tries: 1 } });
});

test('an order that cannot be read stops no other, and is put behind the others', async () => {
  const broken = { ...testOrder(), saga_due_at: '1999-01-01T00:00:00.000Z', lines: 'none' };
  const { client, name } = database.table;
  await client.send(new PutCommand({ TableName: name, Item: broken }));
  await overdue();
  stepFunctions.reply = executionsAreLost;
  expect(await run()).toMatchObject({ restarted: 1, failed: 1 });
  expect(await run()).toMatchObject({ failed: 0 });
});

test('orders of an older version cannot be looked for: those that are due are carried on', async () => {
  await overdue();
  stepFunctions.reply = executionsAreLost;
  database.table.client.middlewareStack.add(
    (next, { commandName }) =>
      (args) =>
        commandName === 'QueryCommand' && (args.input as QueryCommandInput).IndexName === 'by-status'
          ? Promise.reject(new Error('no index by status'))
          : next(args),
    { step: 'initialize', name: 'no index by status' },
  );
  expect(await run()).toMatchObject({ restarted: 1, failed: 0 });
});

test('the work of a round is bounded', async () => {
  await Promise.all(Array.from({ length: 3 }, () => overdue()));
  expect(await run(undefined, 0)).toMatchObject({ restarted: 0, under_way: 0 });
  expect(stepFunctions.calls).toEqual([]);
});
