import '../../tests/support/quiet-log.ts';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { testOrder } from '../../tests/support/order.ts';
import { startOrderTable, type TestOrderTable } from '../../tests/support/orders-table.ts';
import {
  refuse,
  type StepFunctionsRecorder,
  startStepFunctionsRecorder,
  success,
} from '../../tests/support/step-functions-recorder.ts';
import { createOrderSaga } from '../clients/order-saga.ts';
import type { Order } from '../orders/order.ts';
import { createOrderRepository, type OrderRepository } from '../orders/order-repository.ts';
import { createHandler } from './start-stranded-orders.ts';

let database: TestOrderTable;
let orders: OrderRepository;
let stepFunctions: StepFunctionsRecorder;
beforeAll(async () => {
  stepFunctions = await startStepFunctionsRecorder();
});
afterAll(() => stepFunctions.close());
beforeEach(async () => {
  database = await startOrderTable();
  orders = createOrderRepository(database.table);
  stepFunctions.calls.length = 0;
  stepFunctions.reply = success;
});
afterEach(() => database.close());

const run = () =>
  createHandler(() => ({
    orders,
    saga: createOrderSaga(stepFunctions.client, 'arn:aws:states:us-east-1:000000000000:stateMachine:saga'),
  }))();

const started = () => stepFunctions.calls.map(({ input }) => input.name);

async function placedAgo(seconds: number, differences: Partial<Order> = {}): Promise<Order> {
  const order = testOrder({ created_at: new Date(Date.now() - seconds * 1_000).toISOString(), ...differences });
  await orders.add(order);
  return order;
}

test('an order that was accepted and not started is started', async () => {
  const stranded = await placedAgo(60);
  expect(await run()).toEqual({ started: 1, under_way: 0, left: 0, ended: 0 });
  expect(started()).toEqual([stranded.order_id]);
});

test('an order that was just placed is left to its own request', async () => {
  await placedAgo(10);
  expect(await run()).toEqual({ started: 0, under_way: 0, left: 0, ended: 0 });
  expect(stepFunctions.calls).toEqual([]);
});

test('an order whose saga has written is let alone', async () => {
  await placedAgo(60, { status: 'RESERVED', start_pending: undefined });
  expect(await run()).toEqual({ started: 0, under_way: 0, left: 0, ended: 0 });
});

test('run again and again it starts with the same input each time, so that the saga runs once', async () => {
  await placedAgo(60);
  await run();
  await run();
  const [first, second] = stepFunctions.calls;
  expect(second?.input).toEqual(first?.input);
});

test('an order that is started here is not taken back by a request that wakes up late', async () => {
  const stranded = await placedAgo(60);
  await run();
  expect(await orders.removeUnstarted(stranded)).toBe(false);
});

test('many stranded orders are all started', async () => {
  const placed = await Promise.all(Array.from({ length: 40 }, () => placedAgo(60)));
  expect(await run()).toEqual({ started: 40, under_way: 0, left: 0, ended: 0 });
  expect(started().toSorted()).toEqual(placed.map(({ order_id }) => order_id).toSorted());
});

test('Step Functions is busy: the rest waits for the next run', async () => {
  await Promise.all(Array.from({ length: 40 }, () => placedAgo(60)));
  stepFunctions.reply = () => refuse('ThrottlingException');
  expect(await run()).toEqual({ started: 0, under_way: 0, left: 40, ended: 0 });
  expect(stepFunctions.calls.length).toBeLessThanOrEqual(10);
  stepFunctions.reply = success;
  expect(await run()).toMatchObject({ started: 40, left: 0 });
});

test.each([
  ['RUNNING', 'under_way'],
  ['FAILED', 'ended'],
])('an order whose execution is there and %s counts as %s', async (status, fate) => {
  await placedAgo(60);
  stepFunctions.reply = ({ action }) =>
    action === 'StartExecution' ? refuse('ExecutionAlreadyExists') : { kind: 'answer', output: { status } };
  expect(await run()).toMatchObject({ started: 0, left: 0, [fate]: 1 });
});
