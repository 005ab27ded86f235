import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { beforeAll, expect, test } from '@jest/globals';
import { readNothingOnce, requestsOf } from '../../tests/support/dynamodb-requests.ts';
import { testOrder } from '../../tests/support/order.ts';
import { countedBy, withOrderTable } from '../../tests/support/order-fixtures.ts';
import type { Order } from './order.ts';
import { countOrders } from './order-statistics.ts';

const database = withOrderTable();

let requests: readonly string[];

beforeAll(() => {
  requests = requestsOf(database.statistics.client);
});

function added(work: () => Promise<unknown>) {
  return countedBy(database.statistics, work);
}

function count(...orders: readonly Order[]): Promise<void> {
  return countOrders(
    database.statistics,
    orders.map((order) => ({ orderId: order.order_id, order })),
  );
}

function transactions(): number {
  return requests.filter((name) => name.startsWith('TransactWrite')).length;
}

function next(order: Order, status: Order['status'], more: Partial<Order> = {}): Order {
  return { ...order, ...more, status, timeline: [...order.timeline, { at: order.created_at, status, what: 'test' }] };
}

test('an order that moves on is counted in its new status only', async () => {
  const placed = testOrder();
  expect(await added(() => count(placed))).toEqual({ 'status.PENDING': 1 });
  const authorized = next(placed, 'AUTHORIZED', { amount_minor: 700, currency: 'EUR' });
  expect(await added(() => count(authorized))).toEqual({
    'status.PENDING': -1,
    'status.AUTHORIZED': 1,
    'authorized.EUR': 700,
  });
});

test('a change that is reported twice counts once and writes nothing the second time', async () => {
  const order = testOrder();
  await count(order);
  const before = transactions();
  expect(await added(() => count(order))).toEqual({});
  expect(transactions() - before).toBe(0);
});

test('all states of a batch are counted by one transaction, of each order the last', async () => {
  const orders = Array.from({ length: 20 }, () => testOrder());
  const before = transactions();
  const changes = await added(() => count(...orders, ...orders.map((order) => next(order, 'CANCELLED'))));
  expect(changes).toEqual({ 'status.CANCELLED': 20 });
  expect(transactions() - before).toBe(1);
});

test('more orders than one transaction takes are all counted', async () => {
  const orders = Array.from({ length: 230 }, () => testOrder());
  expect(await added(() => count(...orders))).toEqual({ 'status.PENDING': 230 });
});

test('two functions that count the same changes at once count each once', async () => {
  const orders = Array.from({ length: 5 }, () => testOrder());
  const changes = await added(() => Promise.all([count(...orders), count(...orders), count(...orders)]));
  expect(changes).toEqual({ 'status.PENDING': 5 });
});

test('markers that DynamoDB does not read under load are read again: no order counts twice', async () => {
  const order = testOrder();
  await count(order);
  readNothingOnce(database.statistics.client);
  const reads = () => requests.filter((name) => name.startsWith('BatchGet')).length;
  const before = [reads(), transactions()];
  expect(await added(() => count(next(order, 'RESERVED')))).toEqual({ 'status.PENDING': -1, 'status.RESERVED': 1 });
  expect([reads(), transactions()]).toEqual([Number(before[0]) + 2, Number(before[1]) + 1]);
});

test('a removed order is not counted any more', async () => {
  const order = testOrder();
  await count(order);
  const removed = { orderId: order.order_id, order: undefined };
  expect(await added(() => countOrders(database.statistics, [removed]))).toEqual({ 'status.PENDING': -1 });
  expect(await added(() => countOrders(database.statistics, [removed]))).toEqual({});
});

test('refunds are counted: how much, and the orders with one that waits for an operator, as long as it does', async () => {
  const order = next(testOrder({ amount_minor: 700, currency: 'EUR' }), 'CONFIRMED');
  await count(order);
  const parked = { ...order, refunded_minor: 300, refund_parked_step: 'RefundPayment' };
  expect(await added(() => count(parked))).toEqual({ 'refunded.EUR': 300, 'refunds.NEEDS_ATTENTION': 1 });
  expect(await added(() => count({ ...order, refunded_minor: 700 }))).toEqual({
    'refunded.EUR': 400,
    'refunds.NEEDS_ATTENTION': -1,
  });
});

test('money that was given back counts as taken, where the record says nothing of its capture', async () => {
  const order = next(testOrder({ amount_minor: 5, currency: 'JPY', refunded_minor: 5 }), 'REJECTED');
  expect(await added(() => count(order))).toMatchObject({ 'captured.JPY': 5, 'refunded.JPY': 5 });
});

test('an order of before the counters is counted with its next change', async () => {
  const changes = await added(() => count(next(testOrder({ amount_minor: 5, currency: 'USD' }), 'CONFIRMED')));
  expect(changes).toEqual({ 'status.CONFIRMED': 1, 'captured.USD': 5 });
});

test('counters that others write all the time: counting gives up after some tries, and can be repeated', async () => {
  const { middlewareStack } = database.statistics.client;
  let tries = 0;
  middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        if (commandName !== 'TransactWriteItemsCommand' || tries === 100) {
          return next(args);
        }
        tries += 1;
        return Promise.reject(new TransactionCanceledException({ message: 'conflict', $metadata: {} }));
      },
    { step: 'initialize', name: 'busy' },
  );
  const order = testOrder();
  await expect(count(order)).rejects.toMatchObject({ name: 'RetryableError', code: 'ORDERS_UNAVAILABLE' });
  middlewareStack.remove('busy');
  expect(tries).toBe(8);
  expect(await added(() => count(order))).toEqual({ 'status.PENDING': 1 });
});
