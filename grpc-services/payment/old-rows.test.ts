import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { PaymentState, RefundState } from '../../proto/gen/payment/v1/payment.ts';
import { startPayment, type TestPayment } from '../../tests/support/payment.ts';
import { failureOf } from '../../tests/support/unary-client.ts';
import { documentClient } from '../common/dynamodb-client.ts';

// Rows as the version before refund ids, customer actions and reconciliation wrote them.
let payment: TestPayment;

beforeAll(async () => {
  payment = await startPayment();
});

afterAll(() => payment.close());

const AT = '2026-11-27T10:00:00.000Z';

async function write(order: string, row: Record<string, unknown>, charge: Record<string, unknown>): Promise<void> {
  const documents = documentClient(payment.dynamoDb);
  const money = { amount_minor: 1_000, currency: 'USD' };
  const Item = { order_id: order, payment_id: 'pay', ...money, created_at: AT, updated_at: AT, version: 3, ...row };
  await documents.send(new PutCommand({ TableName: 'payments', Item }));
  const entry = { order_id: `charge#${order}#pay`, reference: 'ch_old', ...money, tries: 1, ...charge };
  await documents.send(new PutCommand({ TableName: 'payments', Item: entry }));
}

test('an old authorized payment is captured, and refunded in parts', async () => {
  await write('authorized', { state: 'AUTHORIZED' }, { state: 'AUTHORIZED' });
  await payment.capture('authorized');
  await payment.refund('authorized', { refundId: 'r1', amountMinor: 400 });
  expect(await payment.refund('authorized', { refundId: 'r2' })).toMatchObject({
    state: PaymentState.REFUNDED,
    refunded: { minorUnits: 1_000 },
  });
});

test('an old authorized payment is voided', async () => {
  await write('void', { state: 'AUTHORIZED', intent: 'VOID', reason: 'late' }, { state: 'AUTHORIZED' });
  expect((await payment.void('void')).state).toBe(PaymentState.VOIDED);
});

test('an old refunded payment shows its refund, and cannot be refunded again', async () => {
  await write('refunded', { state: 'REFUNDED', reason: 'support' }, { state: 'REFUNDED', captures: 1, refunds: 1 });
  const old = await payment.payment('refunded');
  expect(old).toMatchObject({
    captured: { minorUnits: 1_000 },
    refunded: { minorUnits: 1_000 },
    refunds: [{ refundId: 'refunded', amount: { minorUnits: 1_000 }, state: RefundState.SUCCEEDED, reason: 'support' }],
  });
  expect(await payment.refund('refunded')).toEqual(old);
  expect(await payment.refund('refunded', { refundId: 'r1' })).toEqual(old);
  expect((await failureOf(payment.refund('refunded', { refundId: 'r1', amountMinor: 1 }))).reason).toBe(
    'REFUND_EXCEEDS_CAPTURED',
  );
});

test('the refund of an old payment without a reason has none', async () => {
  await write('unexplained', { state: 'REFUNDED' }, { state: 'REFUNDED', captures: 1, refunds: 1 });
  expect((await payment.payment('unexplained')).refunds).toMatchObject([{ refundId: 'unexplained', reason: '' }]);
});

test.each([
  ['before', { state: 'CAPTURED', captures: 1 }],
  ['after', { state: 'REFUNDED', captures: 1, refunds: 1 }],
])('an old refund that was cut off %s the provider made it is completed once', async (when, charge) => {
  const order = `intended-${when}`;
  await write(order, { state: 'CAPTURED', intent: 'REFUND', reason: 'support' }, charge);
  expect((await failureOf(payment.capture(order))).reason).toBe('PAYMENT_ALREADY_REFUNDED');
  expect(await payment.refund(order)).toMatchObject({
    state: PaymentState.REFUNDED,
    refunds: [{ refundId: order, amount: { minorUnits: 1_000 }, state: RefundState.SUCCEEDED }],
  });
  expect(await payment.charge(order)).toMatchObject({ state: 'REFUNDED', refunds: 1 });
});

test('an old declined payment is paid with another payment id', async () => {
  await write('declined', { state: 'DECLINED', decline_reason: 'PAYMENT_DECLINED' }, { state: 'DECLINED' });
  expect((await payment.authorize('declined', { paymentId: 'second' })).state).toBe(PaymentState.AUTHORIZED);
});

test('an old declined payment without a reason is answered as declined', async () => {
  await write('unreasoned', { state: 'DECLINED' }, { state: 'DECLINED' });
  expect((await failureOf(payment.authorize('unreasoned'))).reason).toBe('PAYMENT_DECLINED');
});

test('an old captured payment without a currency is refunded as a whole, and in no currency of the caller', async () => {
  await write('no-currency', { state: 'CAPTURED', currency: undefined }, { state: 'CAPTURED' });
  expect((await failureOf(payment.refund('no-currency', { refundId: 'r1', amountMinor: 1 }))).details).toBe(
    'amount.currency: must be the currency of the payment, which has none',
  );
  expect((await payment.refund('no-currency')).state).toBe(PaymentState.REFUNDED);
});
