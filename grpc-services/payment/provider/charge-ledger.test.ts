import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTables, type DynamoDb, dynamoDbClient, startDynamoDb } from '../../../tests/support/dynamodb.ts';
import { documentClient } from '../../common/dynamodb-client.ts';
import { paymentsTable } from '../payment-store.ts';
import { type ChargeLedger, type ChargeRow, createChargeLedger, type NewCharge } from './charge-ledger.ts';

const never = new AbortController().signal;

let database: DynamoDb;
let dynamoDb: DynamoDBClient;
let ledger: ChargeLedger;

beforeAll(async () => {
  database = await startDynamoDb();
  await createTables(database.endpoint, [{ TableName: 'payments', ...paymentsTable }]);
  dynamoDb = dynamoDbClient(database.endpoint);
  ledger = createChargeLedger(documentClient(dynamoDb), 'payments');
});

afterAll(async () => {
  dynamoDb.destroy();
  await database.close();
});

function charge(change: Partial<NewCharge> = {}): NewCharge {
  return { state: 'AUTHORIZED', reference: 'ch_1', amount_minor: 1_000, currency: 'USD', ...change };
}

async function rowOf(key: string): Promise<unknown> {
  const command = new GetCommand({ TableName: 'payments', Key: { order_id: `charge#${key}` } });
  return (await documentClient(dynamoDb).send(command)).Item;
}

async function opened(key: string, change: Partial<NewCharge> = {}): Promise<ChargeRow> {
  const { row } = await ledger.open(key, charge(change), undefined, never);
  if (row === undefined) {
    throw new Error('the charge was not written');
  }
  return row;
}

test.each<Partial<NewCharge>>([
  {},
  { state: 'DECLINED', decline_reason: 'INSUFFICIENT_FUNDS' },
  { on_refund: 'LOSE_REPLY' },
  { state: 'UNANSWERED' },
])('a new charge with %o is written with these attributes and no others', async (change) => {
  const key = `new-${JSON.stringify(change)}`;
  const { written, row } = await ledger.open(key, charge(change), undefined, never);
  expect(written).toBe(true);
  expect(await rowOf(key)).toEqual({ order_id: `charge#${key}`, ...charge(change), tries: 1 });
  expect(row).toEqual({ ...charge(change), tries: 1, captures: 0, refunds: 0, refunded_minor: 0, refund_log: [] });
  expect(await ledger.find(key, never)).toEqual(row);
});

test('a charge that is there is not overwritten, but returned', async () => {
  const first = await opened('there');
  expect(await ledger.open('there', charge({ reference: 'ch_2' }), undefined, never)).toEqual({
    written: false,
    row: first,
  });
  expect(await ledger.find('there', never)).toEqual(first);
});

test('an unanswered charge is overwritten by who has seen its last try, and by nobody else', async () => {
  const seen = await opened('again', { state: 'UNANSWERED' });
  expect(await ledger.open('again', charge({ state: 'UNANSWERED' }), seen, never)).toMatchObject({
    written: true,
    row: { tries: 2 },
  });
  expect(await ledger.open('again', charge(), seen, never)).toMatchObject({ written: false, row: { tries: 2 } });
  const authorized = await ledger.open('again', charge(), { ...seen, tries: 2 }, never);
  expect(authorized).toMatchObject({ written: true, row: { state: 'AUTHORIZED', tries: 3 } });
  expect((await ledger.open('again', charge(), { ...seen, tries: 3 }, never)).written).toBe(false);
});

test('a charge moves from the states that are named alone, and each capture is counted', async () => {
  expect(await ledger.move('no-charge', ['AUTHORIZED'], 'CAPTURED', never)).toEqual({ written: false, row: undefined });
  expect(await rowOf('no-charge')).toBeUndefined();
  const before = await opened('moved');
  expect(await ledger.move('moved', ['ACTION_REQUIRED'], 'VOIDED', never)).toEqual({ written: false, row: before });
  expect(await ledger.move('moved', ['ACTION_REQUIRED', 'AUTHORIZED'], 'CAPTURED', never)).toEqual({
    written: true,
    row: { ...before, state: 'CAPTURED', captures: 1 },
  });
  expect(await ledger.move('moved', ['CAPTURED'], 'VOIDED', never)).toMatchObject({
    written: true,
    row: { captures: 1 },
  });
});

test('a refund is added by who has seen the refunds before it, and by nobody else', async () => {
  await opened('refunded');
  const captured = (await ledger.move('refunded', ['AUTHORIZED'], 'CAPTURED', never)).row as ChargeRow;
  const refund = (refund_id: string, amount_minor: number, state: 'SUCCEEDED' | 'DECLINED' = 'SUCCEEDED') => ({
    refund_id,
    amount_minor,
    state,
  });
  expect(await ledger.addRefund('refunded', captured, refund('r1', 400), never)).toBe(true);
  expect(await ledger.addRefund('refunded', captured, refund('r2', 400), never)).toBe(false);
  const first = (await ledger.find('refunded', never)) as ChargeRow;
  expect(first).toMatchObject({ state: 'CAPTURED', refunded_minor: 400, refund_log: [refund('r1', 400)], refunds: 0 });
  expect(await ledger.addRefund('refunded', first, refund('r2', 600, 'DECLINED'), never)).toBe(true);
  expect(await ledger.addRefund('refunded', first, refund('r3', 600), never)).toBe(false);
  const second = (await ledger.find('refunded', never)) as ChargeRow;
  expect(second).toMatchObject({ state: 'CAPTURED', refunded_minor: 400, refunds: 0 });
  expect(await ledger.addRefund('refunded', { ...second, state: 'AUTHORIZED' }, refund('r3', 600), never)).toBe(false);
  expect(await ledger.addRefund('refunded', second, refund('r3', 600), never)).toBe(true);
  expect(await ledger.find('refunded', never)).toMatchObject({
    state: 'REFUNDED',
    refunded_minor: 1_000,
    refunds: 1,
    refund_log: [refund('r1', 400), refund('r2', 600, 'DECLINED'), refund('r3', 600)],
  });
});

test('an error of the store is thrown, not taken for a charge that another call wrote', async () => {
  const missing = createChargeLedger(documentClient(dynamoDb), 'no-such-table');
  await expect(missing.find('key', never)).rejects.toThrow('resource not found');
  await expect(missing.open('key', charge(), undefined, never)).rejects.toThrow('resource not found');
  await expect(missing.move('key', ['AUTHORIZED'], 'CAPTURED', never)).rejects.toThrow('resource not found');
});

test.each([
  { state: '' },
  { decline_reason: '' },
  { on_refund: '' },
  { refund_log: [{ refund_id: 'r', amount_minor: 1, state: '' }] },
])('a charge with %o is no charge', async (change) => {
  const key = `strange-${JSON.stringify(change)}`;
  const Item = { order_id: `charge#${key}`, ...charge(), ...change };
  await documentClient(dynamoDb).send(new PutCommand({ TableName: 'payments', Item }));
  await expect(ledger.find(key, never)).rejects.toThrow();
});
