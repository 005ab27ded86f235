import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTables, type DynamoDb, dynamoDbClient, startDynamoDb } from '../../../tests/support/dynamodb.ts';
import { documentClient } from '../../common/dynamodb-client.ts';
import { paymentsTable } from '../payment-store.ts';
import { type ChargeLedger, createChargeLedger } from './charge-ledger.ts';
import { type Charge, type PaymentProvider, ProviderUnavailable } from './payment-provider.ts';
import { createSimulatedProvider } from './simulated-provider.ts';

const never = new AbortController().signal;

let database: DynamoDb;
let dynamoDb: DynamoDBClient;
let ledger: ChargeLedger;
let provider: PaymentProvider;
let keys = 0;

beforeAll(async () => {
  database = await startDynamoDb();
  await createTables(database.endpoint, [{ TableName: 'payments', ...paymentsTable }]);
  dynamoDb = dynamoDbClient(database.endpoint);
  ledger = createChargeLedger(documentClient(dynamoDb), 'payments');
  provider = createSimulatedProvider(ledger);
});

afterAll(async () => {
  dynamoDb.destroy();
  await database.close();
});

function newKey(): string {
  return `order-${keys++}#pay`;
}

function authorize(key: string, method = 'tok_visa') {
  return provider.authorize({ key, method, amountMinor: 1_000, currency: 'USD' }, never);
}

function refund(key: string, refundId: string, amountMinor: number) {
  return provider.refund({ key, refundId, amountMinor }, never);
}

/** How a charge comes into a state. */
const STATES = {
  'no charge': async () => undefined,
  'an unanswered charge': (key: string) => expect(authorize(key, 'tok_flaky')).rejects.toThrow(ProviderUnavailable),
  'a waiting charge': (key: string) => authorize(key, 'tok_3ds'),
  'an authorized charge': (key: string) => authorize(key),
  'a declined charge': (key: string) => authorize(key, 'tok_insufficient_funds'),
  'a captured charge': async (key: string) => {
    await authorize(key);
    await provider.capture(key, never);
  },
  'a partly refunded charge': async (key: string) => {
    await authorize(key);
    await provider.capture(key, never);
    await refund(key, 'part', 400);
  },
  'a refunded charge': async (key: string) => {
    await authorize(key);
    await provider.capture(key, never);
    await refund(key, 'whole', 1_000);
  },
  'a voided charge': async (key: string) => {
    await authorize(key);
    await provider.void(key, never);
  },
} as const;

const CALLS = {
  find: (key: string) => provider.find(key, never),
  capture: (key: string) => provider.capture(key, never),
  void: (key: string) => provider.void(key, never),
  approve: async (key: string) => {
    const reference = (await ledger.find(key, never))?.reference ?? '';
    return provider.decide({ key, reference, approve: true }, never);
  },
  refuse: async (key: string) => {
    const reference = (await ledger.find(key, never))?.reference ?? '';
    return provider.decide({ key, reference, approve: false }, never);
  },
  'refund of 600': (key: string) => refund(key, 'more', 600),
  'refund of 601': (key: string) => refund(key, 'more', 601),
  'repeated refund': (key: string) => refund(key, 'part', 400),
  'look for a refund': (key: string) => provider.findRefund({ key, refundId: 'part', amountMinor: 400 }, never),
} as const;

const REFUNDS = ['refund of 600', 'refund of 601', 'repeated refund', 'look for a refund'] as const;
const OTHERS = ['find', 'capture', 'void', 'approve', 'refuse'] as const;
const ALL = [...OTHERS, ...REFUNDS] as const;

/** By state: calls, their answer, and the charge afterwards: its state, captures, whole refunds and refunded amount. */
const EXPECTED: readonly (readonly [keyof typeof STATES, readonly (keyof typeof CALLS)[], string, string])[] = [
  ['no charge', ALL, 'nothing', 'none'],
  ['an unanswered charge', ALL, 'nothing', 'UNANSWERED 0 0 0'],
  ['a waiting charge', ['find', 'capture'], 'ACTION_REQUIRED', 'ACTION_REQUIRED 0 0 0'],
  ['a waiting charge', ['void'], 'VOIDED', 'VOIDED 0 0 0'],
  ['a waiting charge', ['approve'], 'AUTHORIZED', 'AUTHORIZED 0 0 0'],
  ['a waiting charge', ['refuse'], 'DECLINED PAYMENT_DECLINED', 'DECLINED 0 0 0'],
  ['a waiting charge', REFUNDS, 'nothing', 'ACTION_REQUIRED 0 0 0'],
  ['an authorized charge', ['find', 'approve', 'refuse'], 'AUTHORIZED', 'AUTHORIZED 0 0 0'],
  ['an authorized charge', ['capture'], 'CAPTURED', 'CAPTURED 1 0 0'],
  ['an authorized charge', ['void'], 'VOIDED', 'VOIDED 0 0 0'],
  ['an authorized charge', REFUNDS, 'nothing', 'AUTHORIZED 0 0 0'],
  ['a declined charge', OTHERS, 'DECLINED INSUFFICIENT_FUNDS', 'DECLINED 0 0 0'],
  ['a declined charge', REFUNDS, 'nothing', 'DECLINED 0 0 0'],
  ['a captured charge', OTHERS, 'CAPTURED', 'CAPTURED 1 0 0'],
  ['a captured charge', ['refund of 600'], 'SUCCEEDED', 'CAPTURED 1 0 600'],
  ['a captured charge', ['refund of 601'], 'SUCCEEDED', 'CAPTURED 1 0 601'],
  ['a captured charge', ['repeated refund'], 'SUCCEEDED', 'CAPTURED 1 0 400'],
  ['a captured charge', ['look for a refund'], 'nothing', 'CAPTURED 1 0 0'],
  ['a partly refunded charge', OTHERS, 'CAPTURED', 'CAPTURED 1 0 400'],
  ['a partly refunded charge', ['refund of 600'], 'SUCCEEDED', 'REFUNDED 1 1 1000'],
  ['a partly refunded charge', ['refund of 601'], 'DECLINED', 'CAPTURED 1 0 400'],
  ['a partly refunded charge', ['repeated refund', 'look for a refund'], 'SUCCEEDED', 'CAPTURED 1 0 400'],
  ['a refunded charge', OTHERS, 'CAPTURED', 'REFUNDED 1 1 1000'],
  ['a refunded charge', ['refund of 600', 'refund of 601', 'repeated refund'], 'DECLINED', 'REFUNDED 1 1 1000'],
  ['a refunded charge', ['look for a refund'], 'nothing', 'REFUNDED 1 1 1000'],
  ['a voided charge', OTHERS, 'VOIDED', 'VOIDED 0 0 0'],
  ['a voided charge', REFUNDS, 'nothing', 'VOIDED 0 0 0'],
];

/** In one word or two what a call answers: a charge, the outcome of a refund, or nothing. */
async function wordsFor(key: string, answer: unknown): Promise<string> {
  if (answer === undefined || typeof answer === 'string') {
    return answer ?? 'nothing';
  }
  const { state, ...rest } = answer as Charge;
  const reference = (await ledger.find(key, never))?.reference;
  switch (state) {
    case 'ACTION_REQUIRED':
      expect(rest).toEqual({ reference, actionUrl: actionUrlOf(key, reference) });
      return state;
    case 'DECLINED':
      return `${state} ${Object.values(rest).join()}`;
    case 'AUTHORIZED':
    case 'CAPTURED':
    case 'VOIDED':
      expect(rest).toEqual({ reference });
      return state;
  }
}

function actionUrlOf(key: string, reference = ''): string {
  return `/payment/action?order_id=${key.replace('#pay', '')}&payment_id=pay&reference=${reference}`;
}

test.each(
  EXPECTED.flatMap(([state, calls, answer, kept]) => calls.map((call) => [call, state, answer, kept] as const)),
)('%s of %s is answered with %s, and leaves %s', async (call, state, answer, kept) => {
  const key = newKey();
  await STATES[state](key);
  expect(await wordsFor(key, await CALLS[call](key))).toBe(answer);
  const row = await ledger.find(key, never);
  expect(row === undefined ? 'none' : [row.state, row.captures, row.refunds, row.refunded_minor].join(' ')).toBe(kept);
});

test('the table has every state and every call', () => {
  const tried = EXPECTED.flatMap(([state, calls]) => calls.map((call) => `${state} ${call}`));
  expect(new Set(tried).size).toBe(Object.keys(STATES).length * Object.keys(CALLS).length);
});

test.each([
  ['tok_visa', 'AUTHORIZED'],
  ['tok_3ds', 'ACTION_REQUIRED'],
  ['tok_refund_fails', 'AUTHORIZED'],
  ['tok_refund_timeout', 'AUTHORIZED'],
  ['tok_declined', 'DECLINED PAYMENT_DECLINED'],
  ['tok_insufficient_funds', 'DECLINED INSUFFICIENT_FUNDS'],
  ['tok_visa_', 'DECLINED INVALID_PAYMENT_METHOD'],
])('a charge of %s is answered with %s, the first time and again', async (method, words) => {
  const key = newKey();
  const answer = await authorize(key, method);
  expect(await wordsFor(key, answer)).toBe(words);
  expect(await authorize(key, method)).toEqual(answer);
  expect(await ledger.find(key, never)).toMatchObject({ tries: 1, amount_minor: 1_000, currency: 'USD' });
});

test('a charge that stands is not changed by a later authorization of the same key', async () => {
  const key = newKey();
  const first = await authorize(key);
  const other = { key, method: 'tok_declined', amountMinor: 1, currency: 'EUR' };
  expect(await provider.authorize(other, never)).toEqual(first);
  expect(await ledger.find(key, never)).toMatchObject({ state: 'AUTHORIZED', amount_minor: 1_000, currency: 'USD' });
});

test('a charge that gets no answer twice keeps its reference', async () => {
  const key = newKey();
  await expect(authorize(key, 'tok_flaky')).rejects.toThrow(ProviderUnavailable);
  const reference = (await ledger.find(key, never))?.reference;
  await expect(authorize(key, 'tok_flaky')).rejects.toThrow(ProviderUnavailable);
  expect(await authorize(key, 'tok_flaky')).toEqual({ state: 'AUTHORIZED', reference });
  expect(await ledger.find(key, never)).toMatchObject({ tries: 3 });
});

test('only the first answer to an authorization of tok_timeout is lost', async () => {
  const key = newKey();
  await expect(authorize(key, 'tok_timeout')).rejects.toThrow(ProviderUnavailable);
  expect(await authorize(key, 'tok_timeout')).toMatchObject({ state: 'AUTHORIZED' });
});

test('a decision with the reference of another charge, or for an unknown one, finds nothing', async () => {
  const [waiting, other] = [newKey(), newKey()];
  await authorize(waiting, 'tok_3ds');
  const reference = (await ledger.find(waiting, never))?.reference ?? '';
  await authorize(other, 'tok_3ds');
  expect(await provider.decide({ key: other, reference, approve: true }, never)).toBeUndefined();
  expect(await ledger.find(other, never)).toMatchObject({ state: 'ACTION_REQUIRED' });
});

test('the customer acts at the page that was configured', async () => {
  const elsewhere = createSimulatedProvider(ledger, 'https://shop.example/act');
  const key = newKey();
  await authorize(key, 'tok_3ds');
  const reference = (await ledger.find(key, never))?.reference;
  const actionUrl = actionUrlOf(key, reference).replace('/payment/action', 'https://shop.example/act');
  expect(await elsewhere.find(key, never)).toEqual({ state: 'ACTION_REQUIRED', reference, actionUrl });
});

test('simultaneous refunds are all made, once each, and their sum is right', async () => {
  const key = newKey();
  await STATES['a captured charge'](key);
  const ids = ['r1', 'r2', 'r3', 'r4', 'r1', 'r2'];
  expect(new Set(await Promise.all(ids.map((id) => refund(key, id, 100))))).toEqual(new Set(['SUCCEEDED']));
  const row = await ledger.find(key, never);
  expect(row).toMatchObject({ state: 'CAPTURED', refunded_minor: 400, refunds: 0 });
  expect(row?.refund_log.map(({ refund_id }) => refund_id).toSorted()).toEqual(['r1', 'r2', 'r3', 'r4']);
});

test('an error inside the provider is a provider that does not answer, and keeps its cause', async () => {
  const cause = new Error('the ledger is away');
  const broken = createSimulatedProvider({ ...ledger, find: () => Promise.reject(cause) });
  const failure = await broken.find('order#pay', never).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ProviderUnavailable);
  expect(failure).toMatchObject({ cause, reason: 'PROVIDER_UNAVAILABLE' });
  const lost = await authorize(newKey(), 'tok_timeout').catch((error: unknown) => error);
  expect(lost).toBeInstanceOf(ProviderUnavailable);
  expect((lost as Error).cause).toBeUndefined();
});

test('a call that is aborted reaches no charge', async () => {
  const key = newKey();
  await authorize(key);
  const signal = AbortSignal.abort(new Error('the caller is gone'));
  const asked = { key, refundId: 'r1', amountMinor: 1 };
  for (const call of [
    () => provider.authorize({ key: newKey(), method: 'tok_visa', amountMinor: 1, currency: 'USD' }, signal),
    () => provider.find(key, signal),
    () => provider.capture(key, signal),
    () => provider.void(key, signal),
    () => provider.refund(asked, signal),
    () => provider.findRefund(asked, signal),
    () => provider.decide({ key, reference: 'ch_1', approve: true }, signal),
  ]) {
    await expect(call()).rejects.toThrow(ProviderUnavailable);
  }
  expect(await ledger.find(key, never)).toMatchObject({ state: 'AUTHORIZED', captures: 0 });
});
