import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { startPayment, type TestPayment } from '../../tests/support/payment.ts';
import { call, failureOf } from '../../tests/support/unary-client.ts';
import { bucketOf } from '../common/bucketed-index.ts';
import { documentClient } from '../common/dynamodb-client.ts';
import { type PaymentProvider, ProviderUnavailable } from './provider/payment-provider.ts';

// Each attribute of a row, after each step. An older or a newer version of the service may have to continue from it.
const START = Date.parse('2030-01-01T00:00:00.000Z');
const REFERENCE: unknown = expect.stringMatching(/^ch_/);

let payment: TestPayment;
let now: number;
let isProviderUp: boolean;
let provider: PaymentProvider;

beforeEach(async () => {
  now = START;
  isProviderUp = true;
  const whileUp = <Answer>(ask: () => Promise<Answer>): Promise<Answer> =>
    isProviderUp ? ask() : Promise.reject(new ProviderUnavailable());
  payment = await startPayment({
    clock: () => now,
    wrapProvider: (real) => {
      provider = real;
      return {
        ...real,
        authorize: (authorization, signal) => whileUp(() => real.authorize(authorization, signal)),
        capture: (key, signal) => whileUp(() => real.capture(key, signal)),
        void: (key, signal) => whileUp(() => real.void(key, signal)),
        refund: (refund, signal) => whileUp(() => real.refund(refund, signal)),
      };
    },
  });
});

afterEach(() => payment.close());

async function rowOf(order: string): Promise<unknown> {
  const command = new GetCommand({ TableName: 'payments', Key: { order_id: order } });
  return (await documentClient(payment.dynamoDb).send(command)).Item;
}

/** Makes a call a second later, while the provider does not answer. */
async function unanswered(send: () => Promise<unknown>): Promise<void> {
  now += 1_000;
  isProviderUp = false;
  expect((await failureOf(send())).reason).toBe('PROVIDER_UNAVAILABLE');
  isProviderUp = true;
}

/** Makes a call a second later. */
async function answered(send: () => Promise<unknown>): Promise<void> {
  now += 1_000;
  await send();
}

function seconds(after: number): string {
  return new Date(START + after * 1_000).toISOString();
}

const MONEY = { payment_id: 'pay', amount_minor: 1_000, currency: 'USD' };
const BUCKET = bucketOf('order', 8);
const OPEN = { reconcile_at: START + 1_000, reconcile_bucket: BUCKET };

test('a payment that is authorized, captured and refunded in parts, with an outage of the provider in each step', async () => {
  const created = { order_id: 'order', ...MONEY, created_at: seconds(1) };
  await unanswered(() => payment.authorize('order'));
  expect(await rowOf('order')).toEqual({ ...created, ...OPEN, state: 'PENDING', updated_at: seconds(1), version: 1 });
  await answered(() => payment.authorize('order'));
  const charged = { ...created, provider_reference: REFERENCE };
  const authorized = { ...charged, ...OPEN, state: 'AUTHORIZED', updated_at: seconds(2) };
  expect(await rowOf('order')).toEqual({ ...authorized, version: 2 });
  await unanswered(() => payment.capture('order'));
  expect(await rowOf('order')).toEqual({ ...authorized, intent: 'CAPTURE', version: 3 });
  await answered(() => payment.capture('order'));
  const captured = { ...charged, state: 'CAPTURED' };
  expect(await rowOf('order')).toEqual({ ...captured, updated_at: seconds(4), version: 4 });
  await unanswered(() => payment.refund('order', { refundId: 'r1', amountMinor: 400 }));
  const first = { refund_id: 'r1', amount_minor: 400, state: 'PENDING', reason: 'test', created_at: seconds(5) };
  expect(await rowOf('order')).toEqual({
    ...captured,
    refunds: [{ ...first, updated_at: seconds(5) }],
    recheck_at: START + 35_000,
    recheck_bucket: 'all',
    reconcile_at: START + 5_000,
    reconcile_bucket: BUCKET,
    updated_at: seconds(5),
    version: 5,
  });
  await answered(() => payment.refund('order', { refundId: 'r1', amountMinor: 400 }));
  const succeeded = { ...first, state: 'SUCCEEDED', updated_at: seconds(6) };
  expect(await rowOf('order')).toEqual({
    ...captured,
    refunds: [succeeded],
    reconcile_at: START + 6_000,
    reconcile_bucket: BUCKET,
    updated_at: seconds(6),
    version: 6,
  });
  await answered(() => payment.refund('order'));
  const whole = { ...succeeded, refund_id: 'order', amount_minor: 600, created_at: seconds(7), updated_at: seconds(7) };
  expect(await rowOf('order')).toEqual({
    ...captured,
    state: 'REFUNDED',
    refunds: [succeeded, whole],
    reconcile_at: START + 7_000,
    reconcile_bucket: BUCKET,
    // Two changes of the same millisecond have different times.
    updated_at: new Date(START + 7_001).toISOString(),
    version: 8,
  });
});

test('a payment that is voided', async () => {
  await answered(() => payment.authorize('order'));
  const charged = { order_id: 'order', ...MONEY, created_at: seconds(1), provider_reference: REFERENCE };
  await unanswered(() => payment.void('order'));
  const intended = { ...charged, ...OPEN, state: 'AUTHORIZED', intent: 'VOID', reason: 'test' };
  expect(await rowOf('order')).toEqual({ ...intended, updated_at: seconds(2), version: 3 });
  await answered(() => payment.void('order'));
  const voided = { ...charged, state: 'VOIDED', reason: 'test', updated_at: seconds(3), version: 4 };
  expect(await rowOf('order')).toEqual(voided);
});

test('a payment that is voided before its charge arrived', async () => {
  await unanswered(() => payment.authorize('order'));
  await answered(() => payment.void('order'));
  expect(await rowOf('order')).toEqual({
    order_id: 'order',
    ...MONEY,
    state: 'VOIDED',
    reason: 'test',
    recheck_at: START + 32_000,
    recheck_bucket: 'all',
    created_at: seconds(1),
    updated_at: new Date(START + 2_001).toISOString(),
    version: 3,
  });
});

test('a payment that is voided before its decline was heard, and has nothing to recheck', async () => {
  await unanswered(() => payment.authorize('order'));
  const { signal } = new AbortController();
  await provider.authorize({ key: 'order#pay', method: 'tok_declined', amountMinor: 1_000, currency: 'USD' }, signal);
  await answered(() => payment.void('order'));
  expect(await rowOf('order')).toEqual({
    order_id: 'order',
    ...MONEY,
    state: 'VOIDED',
    reason: 'test',
    created_at: seconds(1),
    updated_at: new Date(START + 2_001).toISOString(),
    version: 3,
  });
});

test('the tombstone of an order without a payment', async () => {
  await answered(() => payment.void('order'));
  const times = { created_at: seconds(1), updated_at: seconds(1) };
  expect(await rowOf('order')).toEqual({ order_id: 'order', state: 'VOIDED', reason: 'test', ...times, version: 1 });
});

test('an attempt that waits for its customer, who approves', async () => {
  const created = { order_id: 'order', ...MONEY, created_at: seconds(1), provider_reference: REFERENCE };
  now += 1_000;
  const waiting = await payment.authorize('order', { method: 'tok_3ds' });
  const written = { ...created, ...OPEN, state: 'ACTION_REQUIRED', action_url: waiting.actionUrl };
  expect(await rowOf('order')).toEqual({ ...written, updated_at: new Date(START + 1_001).toISOString(), version: 2 });
  await payment.decide(waiting, 'approve');
  await answered(() => payment.event('order', { eventId: 'e1' }));
  expect(await rowOf('order')).toEqual({
    ...created,
    ...OPEN,
    state: 'AUTHORIZED',
    event: { id: 'e1', outcome: 'AUTHORIZED' },
    updated_at: seconds(2),
    version: 3,
  });
});

test('an attempt that is replaced by another one, which is declined, and by a third one', async () => {
  const first = { order_id: 'order', ...MONEY, created_at: seconds(1), provider_reference: REFERENCE, ...OPEN };
  now += 1_000;
  const { actionUrl: action_url } = await payment.authorize('order', { method: 'tok_3ds' });
  await unanswered(() => payment.authorize('order', { paymentId: 'second', method: 'tok_insufficient_funds' }));
  const intended = { ...first, state: 'ACTION_REQUIRED', intent: 'REPLACE', action_url };
  expect(await rowOf('order')).toEqual({ ...intended, updated_at: seconds(2), version: 3 });
  now += 1_000;
  await failureOf(payment.authorize('order', { paymentId: 'second', method: 'tok_insufficient_funds' }));
  const created = { order_id: 'order', ...MONEY, created_at: seconds(1) };
  expect(await rowOf('order')).toEqual({
    ...created,
    payment_id: 'second',
    state: 'DECLINED',
    decline_reason: 'INSUFFICIENT_FUNDS',
    updated_at: new Date(START + 3_001).toISOString(),
    version: 6,
  });
  await unanswered(() => payment.authorize('order', { paymentId: 'third', amountMinor: 700 }));
  expect(await rowOf('order')).toEqual({
    ...created,
    payment_id: 'third',
    amount_minor: 700,
    reconcile_at: START + 4_000,
    reconcile_bucket: BUCKET,
    state: 'PENDING',
    updated_at: seconds(4),
    version: 7,
  });
});

test('an acknowledgement moves a payment on the list, and changes nothing else', async () => {
  now += 1_000;
  const { updatedAt } = await payment.authorize('order');
  const before = await rowOf('order');
  now += 60_000;
  const { client } = payment;
  await call(client, client.acknowledgePayment, { orderId: 'order', seenUpdatedAt: updatedAt });
  expect(await rowOf('order')).toEqual({ ...(before as object), reconcile_at: START + 121_000, version: 3 });
});
