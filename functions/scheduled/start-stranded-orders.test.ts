import '../../tests/support/quiet-log.ts';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { expect, jest, test } from '@jest/globals';
import { interpose } from '../../tests/support/dynamodb-requests.ts';
import { testOrder } from '../../tests/support/order.ts';
import { withOrderTable, withStepFunctions } from '../../tests/support/order-fixtures.ts';
import { refuse, success } from '../../tests/support/step-functions-recorder.ts';
import type { Order } from '../orders/order.ts';
import { createOrderSaga } from '../orders/order-saga.ts';
import { readOrder } from '../orders/order-table.ts';
import { addOrder, removeUnstartedOrder } from '../orders/order-writes.ts';
import { createHandler } from './start-stranded-orders.ts';

const database = withOrderTable('test');
const stepFunctions = withStepFunctions();

function run() {
  return createHandler(() => ({
    table: database.table,
    saga: createOrderSaga(stepFunctions.client, 'arn:aws:states:us-east-1:000000000000:stateMachine:saga'),
  }))();
}

function started() {
  return stepFunctions.calls.map(({ input }) => input.name);
}

async function placedAgo(seconds: number, differences: Partial<Order> = {}): Promise<Order> {
  const order = testOrder({ created_at: new Date(Date.now() - seconds * 1_000).toISOString(), ...differences });
  await addOrder(database.table, order);
  return order;
}

test('a stranded order’s saga is started', async () => {
  const stranded = await placedAgo(60);
  expect(await run()).toEqual({ started: 1, under_way: 0, left: 0, ended: 0, failed: 0 });
  expect(started()).toEqual([stranded.order_id]);
});

test('an order that was just placed is left to its own request', async () => {
  await placedAgo(10);
  expect(await run()).toEqual({ started: 0, under_way: 0, left: 0, ended: 0, failed: 0 });
  expect(stepFunctions.calls).toEqual([]);
});

test('an order whose saga has written is not started again', async () => {
  await placedAgo(60, { status: 'RESERVED', start_pending: undefined });
  expect(await run()).toEqual({ started: 0, under_way: 0, left: 0, ended: 0, failed: 0 });
  expect(stepFunctions.calls).toEqual([]);
});

test('repeated runs send the same input, so that the saga runs once', async () => {
  await placedAgo(60);
  await run();
  await run();
  expect(stepFunctions.calls).toHaveLength(2);
  const [first, second] = stepFunctions.calls;
  expect(second?.input).toEqual(first?.input);
});

test('an order that the schedule starts is not removed by its late request', async () => {
  const stranded = await placedAgo(60);
  await run();
  expect(await removeUnstartedOrder(database.table, stranded)).toBe(false);
});

test('many stranded orders are all started in one run', async () => {
  const placed = await Promise.all(Array.from({ length: 40 }, () => placedAgo(60)));
  expect(await run()).toEqual({ started: 40, under_way: 0, left: 0, ended: 0, failed: 0 });
  expect(started().toSorted()).toEqual(placed.map(({ order_id }) => order_id).toSorted());
});

test('Step Functions throttles: the other stranded orders wait for the next run', async () => {
  await Promise.all(Array.from({ length: 40 }, () => placedAgo(60)));
  stepFunctions.reply = () => refuse('ThrottlingException');
  expect(await run()).toEqual({ started: 0, under_way: 0, left: 40, ended: 0, failed: 0 });
  expect(stepFunctions.calls.length).toBeLessThanOrEqual(10);
  stepFunctions.reply = success;
  expect(await run()).toMatchObject({ started: 40, left: 0 });
});

test.each([
  ['RUNNING', 'under_way'],
  ['FAILED', 'ended'],
])('a stranded order whose execution is %s counts as %s', async (status, fate) => {
  await placedAgo(60);
  stepFunctions.reply = ({ action }) =>
    action === 'StartExecution' ? refuse('ExecutionAlreadyExists') : { kind: 'answer', output: { status } };
  expect(await run()).toMatchObject({ started: 0, left: 0, [fate]: 1 });
});

test('an order whose saga has ended is reported once and marked, so that it does not block later runs', async () => {
  const { order_id } = await placedAgo(60);
  stepFunctions.reply = ({ action }) =>
    action === 'StartExecution' ? refuse('ExecutionAlreadyExists') : { kind: 'answer', output: { status: 'FAILED' } };
  expect(await run()).toMatchObject({ ended: 1 });
  expect(await run()).toMatchObject({ ended: 0 });
  expect(await readOrder(database.table, order_id)).toMatchObject({ start_pending: 'ENDED' });
});

test('more than a page of orders that cannot be started: the orders behind them are started', async () => {
  const { client, name } = database.table;
  const broken = Array.from({ length: 110 }, () => ({
    ...testOrder(),
    created_at: '1999-01-01T00:00:00Z',
    lines: 'none',
  }));
  await Promise.all(broken.map((Item) => client.send(new PutCommand({ TableName: name, Item }))));
  const sound = await placedAgo(60);
  expect(await run()).toEqual({ started: 1, under_way: 0, left: 0, ended: 0, failed: 110 });
  expect(started()).toEqual([sound.order_id]);
});

test('an execution whose status cannot be read: the other orders are started', async () => {
  const [strange, sound] = [await placedAgo(70), await placedAgo(60)];
  stepFunctions.reply = (call) => {
    if (call.action === 'DescribeExecution') {
      return refuse('AccessDeniedException');
    }
    return call.input.name === strange.order_id ? refuse('ExecutionAlreadyExists') : success(call);
  };
  expect(await run()).toMatchObject({ started: 1, failed: 1 });
  expect(started()).toContain(sound.order_id);
});

test('Step Functions is away: no further page is begun, and its starts do not fail one after the other', async () => {
  await Promise.all(Array.from({ length: 120 }, () => placedAgo(60)));
  stepFunctions.reply = () => refuse('ThrottlingException');
  expect(await run()).toEqual({ started: 0, under_way: 0, left: 100, ended: 0, failed: 0 });
  expect(stepFunctions.calls.length).toBeLessThanOrEqual(10);
});

test('more than a page of stranded orders: all are started in one run', async () => {
  await Promise.all(Array.from({ length: 101 }, () => placedAgo(60)));
  expect(await run()).toEqual({ started: 101, under_way: 0, left: 0, ended: 0, failed: 0 });
  expect(new Set(started()).size).toBe(101);
});

test('time is up: orders that are begun are finished, and the others are left to the next run', async () => {
  await Promise.all(Array.from({ length: 120 }, () => placedAgo(60)));
  const begun = Date.now();
  const clock = jest.spyOn(Date, 'now');
  stepFunctions.reply = (call) => {
    clock.mockReturnValue(begun + 60_000);
    return success(call);
  };
  const report = await run();
  clock.mockRestore();
  expect(report.started).toBe(stepFunctions.calls.length);
  expect(report.started).toBeLessThanOrEqual(20);
  expect(report).toEqual({ started: report.started, under_way: 0, left: 100 - report.started, ended: 0, failed: 0 });
});

test.each([
  ['writes', 'under_way', { status: 'RESERVED', start_pending: undefined }],
  ['parks the order', 'under_way', { status: 'NEEDS_ATTENTION', start_pending: undefined }],
  ['does not write', 'ended', { status: 'PENDING' }],
] as const)('execution over, and its saga %s meanwhile: the order counts as %s', async (_what, outcome, since) => {
  const order = await placedAgo(60);
  const { client, name } = database.table;
  stepFunctions.reply = async ({ action }) => {
    if (action === 'StartExecution') {
      return refuse('ExecutionAlreadyExists');
    }
    await client.send(new PutCommand({ TableName: name, Item: { ...order, ...since } }));
    return { kind: 'answer', output: { status: 'SUCCEEDED' } };
  };
  expect(await run()).toEqual({ started: 0, under_way: 0, left: 0, ended: 0, failed: 0, [outcome]: 1 });
  const { timeline, status } = (await readOrder(database.table, order.order_id)) ?? {};
  expect([status, timeline?.length]).toEqual([since.status, outcome === 'ended' ? 2 : 1]);
});

test('order removed between the query and its turn: nothing is started', async () => {
  const order = await placedAgo(60);
  interpose(database.table.client, 'UpdateItemCommand', () => removeUnstartedOrder(database.table, order));
  expect(await run()).toEqual({ started: 0, under_way: 1, left: 0, ended: 0, failed: 0 });
  expect(stepFunctions.calls).toEqual([]);
});

test('status of an execution cannot be read for the moment: the order is left to the next run', async () => {
  await placedAgo(60);
  stepFunctions.reply = ({ action }) =>
    refuse(action === 'StartExecution' ? 'ExecutionAlreadyExists' : 'ThrottlingException');
  expect(await run()).toEqual({ started: 0, under_way: 0, left: 1, ended: 0, failed: 0 });
});

test.each([
  ['still within its request', 29, 0],
  ['older than any request', 31, 1],
])('an order that is %s, %i seconds old: %i started', async (_which, seconds, count) => {
  await placedAgo(seconds);
  expect(await run()).toMatchObject({ started: count });
});

test('time is up with the last order of a page: no further page is begun', async () => {
  await Promise.all(Array.from({ length: 101 }, () => placedAgo(60)));
  const clock = jest.spyOn(Date, 'now');
  const begun = Date.now();
  stepFunctions.reply = (call) => {
    if (stepFunctions.calls.length === 100) {
      clock.mockReturnValue(begun + 60_000);
    }
    return success(call);
  };
  expect(await run()).toEqual({ started: 100, under_way: 0, left: 0, ended: 0, failed: 0 });
  clock.mockRestore();
});

test('saga writes between the query and its order’s turn: nothing is started', async () => {
  const order = await placedAgo(60);
  const { client, name } = database.table;
  const Item = { ...order, status: 'RESERVED', start_pending: undefined };
  interpose(client, 'UpdateItemCommand', () => client.send(new PutCommand({ TableName: name, Item })));
  expect(await run()).toEqual({ started: 0, under_way: 1, left: 0, ended: 0, failed: 0 });
  expect(stepFunctions.calls).toEqual([]);
});
