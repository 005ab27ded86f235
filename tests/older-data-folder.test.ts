import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ensureTable } from '../embedded/dynamodb/tables.ts';
import { eventually } from '../embedded/eventually.ts';
import { SAMPLE_ORDER_ID } from '../embedded/sample-order.ts';
import { type EmbeddedStack, startEmbeddedStack } from '../embedded/stack.ts';
import { createDynamoDb } from '../functions/clients/aws.ts';
import { orderStatusSchema } from '../functions/http/contract/order-status.ts';
import { createHandler as listOrders } from '../functions/http/list-orders.ts';
import { createHandler as redriveOrders } from '../functions/http/redrive-orders.ts';
import { readOrders } from '../functions/orders/order-listing.ts';
import { createOrderSaga } from '../functions/orders/order-saga.ts';
import { ORDER_STATUSES, type OrderStatus } from '../functions/orders/order-status.ts';
import type { OrderTable } from '../functions/orders/order-table.ts';
import { createRefundSaga } from '../functions/orders/refunds/refund-saga.ts';
import { createHandler as reconcileOrders } from '../functions/scheduled/reconcile-orders.ts';
import { runCommand } from '../scripts/orders/commands.ts';
import { openOrdersApi } from '../scripts/orders/orders-api.ts';
import { OrderApiClient } from '../verification/client/order-api-client.ts';
import { SnapshotReader } from '../verification/invariants/reader/snapshot-reader.ts';
import { verifyInvariants } from '../verification/invariants/verification.ts';
import { describeViolation } from '../verification/invariants/violation.ts';
import { createTables, type DynamoDb, dynamoDbClient, startDynamoDb } from './support/dynamodb.ts';
import { invokeNow } from './support/embedded-stack.ts';
import { httpEvent, read } from './support/http-event.ts';
import { LEFT_AT, OLDER_ORDERS, unpackOlderDataFolder } from './support/older-data-folder.ts';
import { withStepFunctions } from './support/order-fixtures.ts';
import { describedTable } from './support/orders-table.ts';
import { settableClock } from './support/settable-clock.ts';
import { refuse, success } from './support/step-functions-recorder.ts';

// A data folder as commit 64580a8 left it: its orders table with one index and no stream, and an order of every status as
// that commit wrote it. The first start of this version brings the table up to date.
const NAME = 'orders-dev';
const OLD_TABLE = {
  TableName: NAME,
  BillingMode: 'PAY_PER_REQUEST',
  KeySchema: [{ AttributeName: 'order_id', KeyType: 'HASH' }],
  AttributeDefinitions: ['order_id', 'start_pending', 'created_at'].map((AttributeName) => ({
    AttributeName,
    AttributeType: 'S' as const,
  })),
  GlobalSecondaryIndexes: [
    {
      IndexName: 'start-pending',
      KeySchema: [
        { AttributeName: 'start_pending', KeyType: 'HASH' },
        { AttributeName: 'created_at', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
  ],
} as const;

const stepFunctions = withStepFunctions();
let folder: string;
let dynamodb: DynamoDb;
let table: OrderTable;
let stack: EmbeddedStack | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'older-data-'));
  const databaseFile = join(folder, 'dynamodb.sqlite');
  const before = await startDynamoDb({ databaseFile });
  await createTables(before.endpoint, [structuredClone(OLD_TABLE) as never]);
  const documents = createDynamoDb(connection(before));
  for (const [index, status] of ORDER_STATUSES.entries()) {
    await documents.send(new PutCommand({ TableName: NAME, Item: oldOrder(status, index) }));
  }
  documents.destroy();
  await before.close();

  dynamodb = await startDynamoDb({ databaseFile });
  const client = dynamoDbClient(dynamodb.endpoint);
  await ensureTable(client, { ...describedTable('OrdersTable'), TableName: NAME });
  client.destroy();
  table = { name: NAME, client: createDynamoDb(connection(dynamodb)) };
}, 60_000);

afterAll(async () => {
  await stack?.stop();
  table?.client.destroy();
  await dynamodb?.close();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

function connection({ endpoint }: Pick<DynamoDb, 'endpoint'>) {
  return { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
}

function orderSaga() {
  return createOrderSaga(stepFunctions.client, 'arn:aws:states:us-east-1:000000000000:stateMachine:order-saga-dev');
}

/** A dependency that nothing may call. */
function unused(): never {
  return {} as never;
}

function orderId(index: number): string {
  return `00000000-0000-4000-8000-00000000000${index}`;
}

/** A record as the functions and the state machine of 64580a8 wrote it. */
function oldOrder(status: OrderStatus, index: number) {
  const at = `2026-11-27T12:0${index}:00.000Z`;
  const parking = {
    parked_step: 'CommitInventory',
    parked_at_redrive_count: 0,
  };
  return {
    order_id: orderId(index),
    status,
    lines: [{ item_id: 'item1', count: 2, name: 'Item 1', unit_price_minor: 500 }],
    amount_minor: 1_000,
    currency: 'USD',
    request_hash: 'f'.repeat(64),
    placement_id: '7d0c1e06-54f1-4f1c-8a58-1d7f3c3f2a11',
    payment_window_seconds: 900,
    timeline: [
      { at, status: 'PENDING', what: 'order placed' },
      ...(status === 'NEEDS_ATTENTION'
        ? [{ at, status, what: 'CommitInventory needs attention', why: 'ReservationExpiredError' }]
        : []),
    ],
    created_at: at,
    updated_at: at,
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    ...(status === 'PENDING' && { start_pending: 'Y' }),
    ...(status === 'NEEDS_ATTENTION' && parking),
  };
}

test('the orders table of an older version gets every index and the stream', async () => {
  const { Table } = await table.client.send(new DescribeTableCommand({ TableName: NAME }));
  const described = describedTable('OrdersTable').GlobalSecondaryIndexes ?? [];
  expect(Table?.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName).toSorted()).toEqual(
    described.map(({ IndexName }) => IndexName).toSorted(),
  );
  expect(Table?.StreamSpecification).toEqual({ StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' });
});

test('orders of an older version are listed, all of them and by status', async () => {
  const list = async (query: Readonly<Record<string, string>>) => {
    const { data } = read(await listOrders(() => ({ table }))(httpEvent({ query })));
    return (data as { readonly orders: readonly { readonly order_id: string }[] }).orders.map(
      ({ order_id }) => order_id,
    );
  };
  expect(await list({})).toEqual(ORDER_STATUSES.map((_, index) => orderId(index)).toReversed());
  for (const [index, status] of ORDER_STATUSES.entries()) {
    expect(await list({ status })).toEqual([orderId(index)]);
  }
});

test('open orders of an older version whose executions are lost are given a time, and then carried on', async () => {
  stepFunctions.reply = (call) =>
    call.action === 'DescribeExecution' ? refuse('ExecutionDoesNotExist') : success(call);
  const reconcile = reconcileOrders(
    () => ({ table, saga: orderSaga(), refunds: unused(), payment: unused(), tokens: unused(), inventory: unused() }),
    { paceMs: 0, runMs: 20_000 },
  );
  const open = ORDER_STATUSES.slice(0, 5).map((_, index) => orderId(index));
  await reconcile();
  const timed = await readOrders(table, open);
  expect(timed.map(({ saga_due }) => saga_due)).toEqual(open.map((id) => id.at(-1)));
  stepFunctions.calls.length = 0;
  await reconcile();
  const carriedOn = await readOrders(table, open);
  expect(carriedOn.map(({ saga_run }) => saga_run)).toEqual(open.map(() => 1));
  const others = await readOrders(
    table,
    ORDER_STATUSES.slice(5).map((_, index) => orderId(index + 5)),
  );
  expect(others.filter(({ saga_due }) => saga_due !== undefined)).toEqual([]);
});

test('a parked order of an older version is redriven', async () => {
  stepFunctions.reply = () => ({ kind: 'answer', output: { redriveDate: 1 } });
  const refunds = createRefundSaga(
    stepFunctions.client,
    'arn:aws:states:us-east-1:000000000000:stateMachine:refund-saga-dev',
  );
  const saga = orderSaga();
  const answer = await redriveOrders(() => ({ table, saga, refunds }))(
    httpEvent({ body: { parked_step: 'CommitInventory' } }),
  );
  const parked = orderId(ORDER_STATUSES.indexOf('NEEDS_ATTENTION'));
  expect(read(answer)).toMatchObject({ statusCode: 202, data: { redriven: [parked], refused: [] } });
  expect(stepFunctions.calls).toMatchObject([
    {
      action: 'RedriveExecution',
      input: { executionArn: expect.stringMatching(new RegExp(`:order-saga-dev:${parked}$`)) },
    },
  ]);
});

test('a stack starts over the whole folder, and what it had accepted is carried on: paid, cancelled, redriven, refunded', async () => {
  const dataDirectory = join(folder, 'data');
  await unpackOlderDataFolder(dataDirectory);
  const clockFile = join(folder, 'clock-offset');
  // A moment after it was left: who was given a day to pay has it.
  const offsetMs = LEFT_AT.getTime() + 60_000 - Date.now();
  await writeFile(clockFile, String(offsetMs));
  const started = await startEmbeddedStack({ dataDirectory, environment: settableClock(clockFile) });
  stack = started;
  const api = new OrderApiClient(started.urls.http);
  const becomes = (orderId: string, status: OrderStatus) => api.waitForStatus(orderId, 60, [status]);
  for (const status of ['CONFIRMED', 'REJECTED', 'EXPIRED', 'CANCELLED', 'NEEDS_ATTENTION'] as const) {
    await becomes(OLDER_ORDERS[status], status);
  }
  // Their services answer again.
  await becomes(OLDER_ORDERS.PENDING, 'CONFIRMED');
  await becomes(OLDER_ORDERS.RESERVED, 'CONFIRMED');

  const { AWAITING_PAYMENT: paid, ALSO_AWAITING_PAYMENT: cancelled, NEEDS_ATTENTION: parked } = OLDER_ORDERS;
  await api.pay(paid, 'tok_visa');
  await becomes(paid, 'CONFIRMED');
  for (const order_id of [cancelled, SAMPLE_ORDER_ID]) {
    await api.request({ path: '/orders/cancel', body: { order_id } });
    await becomes(order_id, 'CANCELLED');
  }
  const operator = openOrdersApi({ url: started.urls.http });
  expect((await runCommand(['redrive', parked], operator)).data).toEqual({ redriven: [parked], refused: [] });
  await eventually(async () => {
    const { data } = await api.request({ path: `/orders/status?order_id=${parked}` });
    return orderStatusSchema.parse(data).status === 'CONFIRMED';
  });
  const refund = { order_id: OLDER_ORDERS.CONFIRMED, restock: true, reason: 'sent back' };
  expect(await api.request({ path: '/orders/refund', body: refund })).toMatchObject({ status: 202 });

  // Executions of the older definition do not know of the time that a cancellation sets: the reconciliation takes it away.
  await writeFile(clockFile, String(offsetMs + 3_600_000));
  const orders = { name: NAME, client: createDynamoDb(connection({ endpoint: started.urls.dynamodb })) };
  await eventually(async () => {
    await invokeNow(started, 'reconcileOrders');
    const found = await readOrders(orders, [cancelled, SAMPLE_ORDER_ID]);
    return found.every(({ saga_due }) => saga_due === undefined);
  });
  orders.client.destroy();
  const reader = new SnapshotReader({
    endpoint: started.urls.endpoint,
    region: 'us-east-1',
    stage: 'dev',
    account: '000000000000',
  });
  const { report, snapshot } = await verifyInvariants(reader, api.promises, { drainSeconds: 30 });
  reader.close();
  expect(report.violations.map(describeViolation)).toEqual([]);
  expect(report.verdict).toBe('all hold');
  const refunded = snapshot.orders.find(({ order_id }) => order_id === OLDER_ORDERS.CONFIRMED);
  expect(Object.values(refunded?.refunds ?? {})).toMatchObject([{ status: 'SUCCEEDED', stock_returned: true }]);
}, 120_000);
