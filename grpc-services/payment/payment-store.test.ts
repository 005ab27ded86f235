import { DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTables, type DynamoDb, dynamoDbClient, startDynamoDb } from '../../tests/support/dynamodb.ts';
import { readNothingOnce, requestsOf } from '../../tests/support/dynamodb-requests.ts';
import { documentClient } from '../common/dynamodb-client.ts';
import { RowConflict } from '../common/retry-on-conflict.ts';
import { Unavailable } from '../common/service-error.ts';
import { type Payment, readPayment } from './payment.ts';
import { createPaymentStore, type PaymentStore, paymentsTable } from './payment-store.ts';
import { createChargeLedger } from './provider/charge-ledger.ts';

const never = new AbortController().signal;
const AT = '2030-01-01T00:00:00.000Z';

let database: DynamoDb;
let dynamoDb: DynamoDBClient;
let store: PaymentStore;

beforeAll(async () => {
  database = await startDynamoDb();
  await createTables(database.endpoint, [{ TableName: 'payments', ...paymentsTable }]);
  dynamoDb = dynamoDbClient(database.endpoint);
  store = createPaymentStore(documentClient(dynamoDb), 'payments');
});

afterAll(async () => {
  dynamoDb.destroy();
  await database.close();
});

function paymentOf(order_id: string, change: Partial<Payment> = {}): Payment {
  const money = { payment_id: 'pay', amount_minor: 1_000, currency: 'USD' };
  return { order_id, state: 'AUTHORIZED', ...money, created_at: AT, updated_at: AT, version: 1, ...change };
}

test('the table is paid by request, and its indexes hold keys alone', async () => {
  const { Table } = await dynamoDb.send(new DescribeTableCommand({ TableName: 'payments' }));
  expect(Table?.BillingModeSummary?.BillingMode).toBe('PAY_PER_REQUEST');
  const indexes = Table?.GlobalSecondaryIndexes?.map(({ IndexName, KeySchema, Projection }) => [
    IndexName,
    KeySchema?.map(({ AttributeName, KeyType }) => `${AttributeName} ${KeyType}`),
    Projection,
  ]);
  expect(indexes).toEqual([
    ['due-for-recheck', ['recheck_bucket HASH', 'recheck_at RANGE'], { ProjectionType: 'KEYS_ONLY' }],
    ['to-reconcile', ['reconcile_bucket HASH', 'reconcile_at RANGE'], { ProjectionType: 'KEYS_ONLY' }],
  ]);
});

describe('the first payment of an order', () => {
  test('is written once; a second one finds it, and changes nothing', async () => {
    const first = paymentOf('first');
    expect(await store.saveFirst(first, never)).toBeUndefined();
    expect(await store.saveFirst(paymentOf('first', { state: 'VOIDED', version: 9 }), never)).toEqual(first);
    expect(await store.find('first', never)).toEqual(first);
  });
});

describe('a later version of a payment', () => {
  test('replaces the version that was read, attributes that are gone included', async () => {
    const read = paymentOf('later', { intent: 'VOID', recheck_at: 5, recheck_bucket: 'all' });
    await store.saveFirst(read, never);
    const next = paymentOf('later', { state: 'VOIDED', version: 2 });
    await store.save(read, next, never);
    expect(await store.find('later', never)).toEqual(next);
  });

  test.each([0, 2])(
    'is a conflict, and changes nothing, when version %i was read and version 1 is there',
    async (version) => {
      const order = `conflict-${version}`;
      const present = paymentOf(order);
      await store.saveFirst(present, never);
      const failure = await store.save({ ...present, version }, paymentOf(order, { version: 3 }), never).catch(thrown);
      expect(failure).toBeInstanceOf(RowConflict);
      expect(failure).toMatchObject({
        message: 'the payment changed after it was read',
        cause: { name: 'ConditionalCheckFailedException' },
      });
      expect(await store.find(order, never)).toEqual(present);
    },
  );

  test('is a conflict when the payment is gone', async () => {
    await expect(store.save(paymentOf('gone'), paymentOf('gone', { version: 2 }), never)).rejects.toThrow(RowConflict);
    expect(await store.find('gone', never)).toBeUndefined();
  });
});

describe('the intent to capture', () => {
  test('is written to an authorized payment, once', async () => {
    await store.saveFirst(paymentOf('capture'), never);
    const intended = paymentOf('capture', { intent: 'CAPTURE', version: 2 });
    expect(await store.intendCapture('capture', never)).toEqual(intended);
    expect(await store.intendCapture('capture', never)).toEqual(intended);
    expect(await store.find('capture', never)).toEqual(intended);
  });

  test.each<Partial<Payment>>([
    { state: 'PENDING' },
    { state: 'ACTION_REQUIRED' },
    { state: 'DECLINED' },
    { state: 'CAPTURED' },
    { state: 'VOIDED' },
    { state: 'REFUNDED', refunds: [] },
    { state: 'AUTHORIZED', intent: 'VOID' },
    { state: 'ACTION_REQUIRED', intent: 'REPLACE' },
  ])('is not written to a payment of %o, which is returned as it is', async (change) => {
    const order = `capture-${change.state}-${change.intent}`;
    const present = paymentOf(order, change);
    await store.saveFirst(present, never);
    expect(await store.intendCapture(order, never)).toEqual(present);
    expect(await store.find(order, never)).toEqual(present);
  });

  test('makes no payment of an order that has none', async () => {
    expect(await store.intendCapture('capture-nothing', never)).toBeUndefined();
    expect(await store.find('capture-nothing', never)).toBeUndefined();
  });
});

test('payments are due for a recheck from their time on, the earliest first and not more than asked for', async () => {
  for (const [order, recheck_at] of [
    ['due-late', 3_000],
    ['due-early', 1_000],
    ['due-middle', 2_000],
  ] as const) {
    await store.saveFirst(paymentOf(order, { recheck_at, recheck_bucket: 'all' }), never);
  }
  const due = async (now: number, limit: number) =>
    (await store.dueForRecheck(now, limit, never)).filter((order) => order.startsWith('due-'));
  expect(await due(999, 10)).toEqual([]);
  expect(await due(1_000, 10)).toEqual(['due-early']);
  expect(await due(1_999, 10)).toEqual(['due-early']);
  expect(await due(9_000, 10)).toEqual(['due-early', 'due-middle', 'due-late']);
  expect(await due(9_000, 2)).toEqual(['due-early', 'due-middle']);
});

describe('the payments of several orders', () => {
  test('come in the order that was asked for, without those that do not exist', async () => {
    const payments = ['many-1', 'many-2', 'many-3'].map((order) => paymentOf(order));
    for (const one of payments) {
      await store.saveFirst(one, never);
    }
    const asked = ['many-3', 'many-none', 'many-1', 'many-2'];
    expect((await store.findAll(asked, never)).map(({ order_id }) => order_id)).toEqual(['many-3', 'many-1', 'many-2']);
    expect(await store.findAll(['many-2'], never)).toEqual([payments[1]]);
  });

  test('are read consistently, and none of them without a request', async () => {
    const client = dynamoDbClient(database.endpoint);
    const requests = requestsOf(client);
    const inputs: unknown[] = [];
    client.middlewareStack.add(
      (next) => (args) => {
        inputs.push(args.input);
        return next(args);
      },
      { step: 'initialize', name: 'note inputs' },
    );
    const other = createPaymentStore(documentClient(client), 'payments');
    expect(await other.findAll([], never)).toEqual([]);
    expect(requests).toEqual([]);
    await other.findAll(['many-1'], never);
    await other.find('many-1', never);
    await createChargeLedger(documentClient(client), 'payments').find('many-1#pay', never);
    expect(inputs).toMatchObject([
      { RequestItems: { payments: { ConsistentRead: true } } },
      { ConsistentRead: true },
      { ConsistentRead: true },
    ]);
    client.destroy();
  });

  test('are not answered in part where DynamoDB leaves some unread', async () => {
    const client = dynamoDbClient(database.endpoint);
    const other = createPaymentStore(documentClient(client), 'payments');
    readNothingOnce(client);
    const failure = await other.findAll(['many-1', 'many-2'], never).catch(thrown);
    expect(failure).toBeInstanceOf(Unavailable);
    expect(failure).toMatchObject({ cause: { message: '2 of 2 payments were left unread' } });
    expect(await other.findAll(['many-1', 'many-2'], never)).toHaveLength(2);
    client.destroy();
  });
});

function thrown(error: unknown): unknown {
  return error;
}

/** Each method of a store, with an order of its own. */
function everyMethod(of: PaymentStore, signal: AbortSignal): readonly (readonly [string, () => Promise<unknown>])[] {
  return [
    ['find', () => of.find('stored', signal)],
    ['saveFirst', () => of.saveFirst(paymentOf('new'), signal)],
    ['save', () => of.save(paymentOf('stored'), paymentOf('stored', { state: 'VOIDED', version: 2 }), signal)],
    ['intendCapture', () => of.intendCapture('stored', signal)],
    ['dueForRecheck', () => of.dueForRecheck(1, 1, signal)],
    ['toReconcile', () => of.toReconcile({ until: 1, size: 1, after: {} }, signal)],
    ['findAll', () => of.findAll(['stored'], signal)],
  ];
}

test('a failure that is no conflict is none: the store does not answer', async () => {
  const missing = createPaymentStore(documentClient(dynamoDb), 'no-such-table');
  const methods = everyMethod(missing, never);
  const failures: unknown[] = [];
  for (const [method, send] of methods) {
    const failure = await send().catch(thrown);
    failures.push([method, failure instanceof Unavailable ? failure.reason : failure]);
  }
  expect(failures).toEqual(methods.map(([method]) => [method, 'STORE_UNAVAILABLE']));
});

test('a call whose caller is gone reaches no payment', async () => {
  const stored = paymentOf('stored');
  await store.saveFirst(stored, never);
  for (const [method, send] of everyMethod(store, AbortSignal.abort())) {
    expect([method, await send().catch(thrown)]).toEqual([method, expect.any(Unavailable)]);
  }
  expect(await store.find('stored', never)).toEqual(stored);
  expect(await store.find('new', never)).toBeUndefined();
});

test('a row of an unknown kind is not read as a payment', () => {
  const row = paymentOf('strange');
  for (const change of [
    { state: '' },
    { intent: '' },
    { decline_reason: '' },
    { event: { id: 'e', outcome: '' } },
    { amount_minor: 1.5 },
    { refunds: [{}] },
  ]) {
    expect(() => readPayment({ ...row, ...change })).toThrow();
  }
});
