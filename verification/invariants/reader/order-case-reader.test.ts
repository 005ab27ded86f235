import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTables, type DynamoDb, dynamoDbClient, startDynamoDb } from '../../../tests/support/dynamodb.ts';
import { chargeRow, orderRow, paymentRow } from '../snapshot.ts';
import type { AwsConnection } from './aws-connection.ts';
import { OrderCaseReader } from './order-case-reader.ts';
import { isChargeRow, isPlainRow, readRows } from './table-rows.ts';

let database: DynamoDb;
let tables: DynamoDBDocumentClient;
let connection: AwsConnection;

beforeAll(async () => {
  database = await startDynamoDb();
  connection = { endpoint: database.endpoint, region: 'us-east-1', stage: 'test', account: '000000000000' };
  tables = DynamoDBDocumentClient.from(dynamoDbClient(database.endpoint));
  await createTables(database.endpoint, [
    tableOf('orders-test', 'order_id'),
    tableOf('inventory-reservations-test', 'order_id'),
    tableOf('inventory-items-test', 'item_id'),
    tableOf('payments-test', 'order_id'),
  ]);
  const base = { lines: [], created_at: '', timeline: [] };
  await put('orders-test', { ...base, order_id: 'a', status: 'CONFIRMED' });
  await put('inventory-reservations-test', { order_id: 'a', state: 'COMMITTED', lines: [{ item_id: 'i', count: 2 }] });
  await put('inventory-items-test', { item_id: 'i', stocked: 5, available: 3, held: 0, sold: 2, name: 'item' });
  await put('inventory-items-test', { item_id: 'wide', stocked: 5, available: 3, held: 0, sold: 2, shards: 2 });
  await put('inventory-items-test', { item_id: 'wide#1', stocked: 4, available: 3, held: 1, sold: 0 });
  await put('payments-test', { order_id: 'a', payment_id: 'p', state: 'CAPTURED', amount_minor: 5, currency: 'USD' });
  await put('payments-test', {
    order_id: 'charge#a#p',
    state: 'CAPTURED',
    amount_minor: 5,
    currency: 'USD',
    captures: 1,
  });
});

afterAll(async () => {
  tables.destroy();
  await database.close();
});

test('the reader joins what all tables hold about one order', async () => {
  const reader = new OrderCaseReader(connection);
  try {
    expect(await reader.read('a')).toMatchObject({
      order: { status: 'CONFIRMED' },
      reservation: { state: 'COMMITTED', lines: [{ item_id: 'i', count: 2 }] },
      payment: { state: 'CAPTURED' },
      charges: [{ order_id: 'a', captures: 1, refunds: 0 }],
    });
    expect(await reader.item('i')).toEqual({ item_id: 'i', stocked: 5, available: 3, held: 0, sold: 2 });
    expect(await reader.item('wide')).toMatchObject({ item_id: 'wide', stocked: 9, available: 6, held: 1, sold: 2 });
    expect(await reader.item('none')).toBeUndefined();
  } finally {
    reader.close();
  }
});

test('an unknown order is read without any record', async () => {
  const reader = new OrderCaseReader(connection);
  try {
    expect(await reader.read('b')).toEqual({
      order_id: 'b',
      order: undefined,
      reservation: undefined,
      payment: undefined,
      charges: [],
    });
  } finally {
    reader.close();
  }
});

test('the payments table is read by kind of row', async () => {
  expect(await readRows(tables, 'payments-test', paymentRow, isPlainRow)).toMatchObject([{ order_id: 'a' }]);
  expect(await readRows(tables, 'payments-test', chargeRow, isChargeRow)).toMatchObject([{ charge_id: 'charge#a#p' }]);
});

test('a table is read with strong consistency: what was just written is not missed', async () => {
  const consistency: unknown[] = [];
  tables.middlewareStack.add(
    (next) => (args) => {
      consistency.push((args.input as { readonly ConsistentRead?: boolean }).ConsistentRead);
      return next(args);
    },
    { step: 'initialize', name: 'record consistency' },
  );
  try {
    await readRows(tables, 'payments-test', paymentRow, isPlainRow);
  } finally {
    tables.middlewareStack.remove('record consistency');
  }
  expect(consistency).toEqual([true]);
});

test('a row that does not match its schema is an error that names its table, from a reader as well', async () => {
  await put('orders-test', { order_id: 'strange', status: 'LOST', lines: [], created_at: '', timeline: [] });
  await put('inventory-reservations-test', { order_id: 'held', state: 'LOST' });
  await put('payments-test', { order_id: 'paid', state: 'LOST', payment_id: 'p' });
  await put('payments-test', { order_id: 'charged', state: 'VOIDED', payment_id: 'p' });
  await put('payments-test', { order_id: 'charge#charged#p', state: 'LOST' });
  await put('inventory-items-test', { item_id: 'odd', stocked: 'many' });
  const reader = new OrderCaseReader(connection);
  try {
    await expect(reader.read('strange')).rejects.toThrow(/Row strange of table orders-test .*status/s);
    await expect(reader.read('held')).rejects.toThrow(/Row held of table inventory-reservations-test .*state/s);
    await expect(reader.read('paid')).rejects.toThrow(/Row paid of table payments-test .*state/s);
    await expect(reader.read('charged')).rejects.toThrow(/Row charge#charged#p of table payments-test .*state/s);
    await expect(reader.item('odd')).rejects.toThrow(/Row odd of table inventory-items-test .*stocked/s);
    expect(await reader.item('none')).toBeUndefined();
  } finally {
    reader.close();
  }
});

test('a row that does not match its schema is an error that names it', async () => {
  await put('orders-test', { order_id: 'odd', status: 'LOST', lines: [], created_at: '', timeline: [] });
  await expect(readRows(tables, 'orders-test', orderRow)).rejects.toThrow(/Row odd of table orders-test.*status/s);
});

async function put(table: string, row: Readonly<Record<string, unknown>>): Promise<void> {
  await tables.send(new PutCommand({ TableName: table, Item: row }));
}

function tableOf(name: string, key: string) {
  return {
    TableName: name,
    KeySchema: [{ AttributeName: key, KeyType: 'HASH' as const }],
    AttributeDefinitions: [{ AttributeName: key, AttributeType: 'S' as const }],
    BillingMode: 'PAY_PER_REQUEST' as const,
  };
}
