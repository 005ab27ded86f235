import { createServer } from 'node:http';
import { expect, test } from '@jest/globals';
import { listenOnFreePort } from '../../tests/support/free-port.ts';
import { testOrder } from '../../tests/support/order.ts';
import { withOrderTable } from '../../tests/support/order-fixtures.ts';
import { createDynamoDb } from '../clients/aws.ts';
import { readOrder, startPendingOrders } from './order-table.ts';
import { addOrder, endedStart, recordRepeatedStart, removeUnstartedOrder, updateOrder } from './order-writes.ts';
import { paymentDue } from './payment-window.ts';

const database = withOrderTable();

async function found(createdBefore: string, pageSize: number): Promise<readonly (readonly string[])[]> {
  const pages: (readonly string[])[] = [];
  for await (const page of startPendingOrders(database.table, new Date(createdBefore), pageSize)) {
    pages.push(page);
  }
  return pages;
}

test('an added order is read as it was written', async () => {
  const order = testOrder({ payment_method: 'tok_visa', owner: 'ann' });
  expect(await addOrder(database.table, order)).toEqual({ applied: true, order });
  expect(await readOrder(database.table, order.order_id)).toEqual(JSON.parse(JSON.stringify(order)));
});

test('an unknown order is read as undefined', async () => {
  expect(await readOrder(database.table, 'nobody')).toBeUndefined();
});

test('a second order under the same id is not written, and the first is returned', async () => {
  const first = testOrder();
  await addOrder(database.table, first);
  const second = await addOrder(
    database.table,
    testOrder({ order_id: first.order_id, lines: [{ item_id: 'item2', count: 1 }] }),
  );
  expect(second).toMatchObject({ applied: false, order: { lines: [{ item_id: 'item1', count: 2 }] } });
});

test('start refused: the order is removed', async () => {
  const order = testOrder();
  await addOrder(database.table, order);
  expect(await removeUnstartedOrder(database.table, order)).toBe(true);
  expect(await readOrder(database.table, order.order_id)).toBeUndefined();
});

test('repeated delete, delivered late: the order that was placed again meanwhile stays', async () => {
  const first = testOrder();
  await addOrder(database.table, first);
  expect(await removeUnstartedOrder(database.table, first)).toBe(true);
  const second = testOrder({ order_id: first.order_id });
  await addOrder(database.table, second);
  expect(await removeUnstartedOrder(database.table, first)).toBe(false);
  expect(await readOrder(database.table, first.order_id)).toMatchObject({ placement_id: second.placement_id });
});

test('repeated put, because its reply was lost: the order is recognised as the one that was just written', async () => {
  const order = testOrder();
  await addOrder(database.table, order);
  expect(await addOrder(database.table, order)).toMatchObject({
    applied: true,
    order: { placement_id: order.placement_id },
  });
});

test('an order that its saga has written to is not removed', async () => {
  const order = testOrder({ status: 'RESERVED', start_pending: undefined });
  await addOrder(database.table, order);
  expect(await removeUnstartedOrder(database.table, order)).toBe(false);
  expect(await readOrder(database.table, order.order_id)).toBeDefined();
});

test('an order that another request is starting is not removed', async () => {
  const order = testOrder();
  await addOrder(database.table, order);
  expect(await recordRepeatedStart(database.table, order.order_id, new Date())).toMatchObject({ applied: true });
  expect(await removeUnstartedOrder(database.table, order)).toBe(false);
});

test('a removed order is not started by another request', async () => {
  const order = testOrder();
  await addOrder(database.table, order);
  await removeUnstartedOrder(database.table, order);
  expect(await recordRepeatedStart(database.table, order.order_id, new Date())).toEqual({
    applied: false,
    order: undefined,
  });
});

test('orders whose saga has not written are found by their age, oldest first', async () => {
  const ages = ['1999-01-03', '1999-01-01', '1999-01-02'].map((day) =>
    testOrder({ created_at: new Date(day).toISOString() }),
  );
  const started = testOrder({ created_at: new Date('1999-01-01').toISOString(), start_pending: undefined });
  for (const order of [...ages, started]) {
    await addOrder(database.table, order);
  }
  const [newest, oldest, middle] = ages.map(({ order_id }) => order_id);
  expect(await found('1999-06-01', 10)).toEqual([[oldest, middle, newest]]);
  expect(await found('1999-01-03', 10)).toEqual([[oldest, middle]]);
  expect(await found('1999-06-01', 2)).toEqual([[oldest, middle], [newest]]);
});

test('an order whose execution has ended is no longer found as unstarted, and its record stays', async () => {
  const order = testOrder({ created_at: new Date('1998-01-01').toISOString() });
  await addOrder(database.table, order);
  await updateOrder(database.table, endedStart(order.order_id, new Date()));
  expect(await found('1998-06-01', 10)).toEqual([]);
  expect(await readOrder(database.table, order.order_id)).toMatchObject({ status: 'PENDING', start_pending: 'ENDED' });
});

test('an order whose saga has written is not marked as ended', async () => {
  const order = testOrder({ status: 'RESERVED', start_pending: undefined });
  await addOrder(database.table, order);
  expect(await updateOrder(database.table, endedStart(order.order_id, new Date()))).toMatchObject({ applied: false });
});

const ENTERED = new Date('2026-11-22T12:00:00.000Z');

test.each([
  [900, '2026-11-22T12:14:50.000Z'],
  [60, '2026-11-22T12:00:54.000Z'],
  [1, '2026-11-22T12:00:00.900Z'],
])('the payment is due a little before the end of a window of %i seconds', (windowSeconds, due) => {
  expect(paymentDue(ENTERED, windowSeconds).toISOString()).toBe(due);
});

test('an order is read with its last write: the read is a consistent one', async () => {
  const order = await database.written(testOrder());
  const reads: unknown[] = [];
  const { middlewareStack } = database.table.client;
  middlewareStack.add(
    (next) => (args) => {
      reads.push(args.input);
      return next(args);
    },
    { step: 'initialize', name: 'record reads' },
  );
  await readOrder(database.table, order.order_id);
  middlewareStack.remove('record reads');
  expect(reads).toMatchObject([{ Key: { order_id: order.order_id }, ConsistentRead: true }]);
});

test('a full page that is the last one is followed by no empty page', async () => {
  for (const day of ['1997-01-01', '1997-01-02']) {
    await addOrder(database.table, testOrder({ created_at: new Date(day).toISOString() }));
  }
  expect((await found('1997-06-01', 1)).map((page) => page.length)).toEqual([1, 1]);
});

test.each([
  ['throttles', 'ThrottlingException', 400],
  ['fails', 'InternalServerError', 500],
])('DynamoDB %s: reads and writes of an order are a RetryableError, never an outcome', async (_what, error, status) => {
  const server = createServer((incoming, response) => {
    incoming.resume();
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify({ __type: error }));
  });
  const port = await listenOnFreePort(server);
  const endpoint = `http://127.0.0.1:${port}`;
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = createDynamoDb({ endpoint, region: 'us-east-1', credentials });
  const away = { client, name: 'orders-test' };
  const order = testOrder();
  const unavailable = { name: 'RetryableError', code: 'ORDERS_UNAVAILABLE', cause: { name: error } };
  await expect(readOrder(away, order.order_id)).rejects.toMatchObject(unavailable);
  await expect(addOrder(away, order)).rejects.toMatchObject(unavailable);
  await expect(removeUnstartedOrder(away, order)).rejects.toMatchObject(unavailable);
  await expect(recordRepeatedStart(away, order.order_id, new Date())).rejects.toMatchObject(unavailable);
  await expect(startPendingOrders(away, new Date(), 10).next()).rejects.toMatchObject(unavailable);
  client.destroy();
  server.closeAllConnections();
  server.close();
});
