import '../../tests/support/quiet-log.ts';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from '@jest/globals';
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
});

test('repeated runs send the same input, so that the saga runs once', async () => {
  await placedAgo(60);
  await run();
  await run();
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
