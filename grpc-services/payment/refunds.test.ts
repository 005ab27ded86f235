import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type Payment, PaymentState, RefundState } from '../../proto/gen/payment/v1/payment.ts';
import { loseReply } from '../../tests/support/dynamodb-requests.ts';
import { startPayment, type TestPayment } from '../../tests/support/payment.ts';
import { call, failureOf } from '../../tests/support/unary-client.ts';
import { ProviderUnavailable } from './provider/payment-provider.ts';

/** Captures 1,000 minor units of an order. */
async function captured(payment: TestPayment, order: string, method = 'tok_visa'): Promise<void> {
  await payment.authorize(order, { method });
  await payment.capture(order);
}

function summary({ state, captured: taken, refunded, refunds }: Payment) {
  return {
    state,
    captured: taken?.minorUnits,
    refunded: refunded?.minorUnits,
    refunds: refunds.map(({ refundId, amount, state: refundState }) => [refundId, amount?.minorUnits, refundState]),
  };
}

describe('refunds', () => {
  let payment: TestPayment;

  beforeAll(async () => {
    payment = await startPayment();
  });

  afterAll(() => payment.close());

  test('give back parts until all of it is given back', async () => {
    await captured(payment, 'parts');
    expect(summary(await payment.refund('parts', { refundId: 'r1', amountMinor: 300 }))).toEqual({
      state: PaymentState.CAPTURED,
      captured: 1_000,
      refunded: 300,
      refunds: [['r1', 300, RefundState.SUCCEEDED]],
    });
    await payment.refund('parts', { refundId: 'r2', amountMinor: 200 });
    expect(summary(await payment.refund('parts', { refundId: 'r3' }))).toEqual({
      state: PaymentState.REFUNDED,
      captured: 1_000,
      refunded: 1_000,
      refunds: [
        ['r1', 300, RefundState.SUCCEEDED],
        ['r2', 200, RefundState.SUCCEEDED],
        ['r3', 500, RefundState.SUCCEEDED],
      ],
    });
    expect(await payment.charge('parts')).toMatchObject({ state: 'REFUNDED', refunds: 1, refunded_minor: 1_000 });
  });

  test('with one id give back once, even for simultaneous duplicates', async () => {
    await captured(payment, 'twice');
    const one = { refundId: 'r1', amountMinor: 400 };
    const answers = await Promise.all(Array.from({ length: 5 }, () => payment.refund('twice', one)));
    expect(new Set(answers.map(({ refunded }) => refunded?.minorUnits))).toEqual(new Set([400]));
    expect(await payment.charge('twice')).toMatchObject({ state: 'CAPTURED', refunded_minor: 400 });
  });

  test('under simultaneous ids never give back more than was captured', async () => {
    await captured(payment, 'race');
    const ids = Array.from({ length: 6 }, (_, index) => `r${index}`);
    const outcomes = await Promise.allSettled(
      ids.map((refundId) => payment.refund('race', { refundId, amountMinor: 300 })),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    expect(await payment.charge('race')).toMatchObject({ state: 'CAPTURED', refunded_minor: 900 });
    expect((await payment.payment('race')).refunded?.minorUnits).toBe(900);
  });

  test('of more than is left are refused with what is left, and give nothing back', async () => {
    await captured(payment, 'more');
    await payment.refund('more', { refundId: 'r1', amountMinor: 800 });
    expect(await failureOf(payment.refund('more', { refundId: 'r2', amountMinor: 201 }))).toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'REFUND_EXCEEDS_CAPTURED',
      metadata: { requested: '201', refundable: '200' },
    });
    expect(await payment.charge('more')).toMatchObject({ refunded_minor: 800 });
    expect((await payment.payment('more')).refunds).toHaveLength(1);
  });

  test('of all that is left change nothing when nothing is left', async () => {
    await captured(payment, 'nothing');
    const whole = await payment.refund('nothing', { refundId: 'r1' });
    expect(await payment.refund('nothing', { refundId: 'r2' })).toEqual(whole);
    expect((await failureOf(payment.refund('nothing', { refundId: 'r3', amountMinor: 1 }))).reason).toBe(
      'REFUND_EXCEEDS_CAPTURED',
    );
  });

  test('of one id with another amount are refused', async () => {
    await captured(payment, 'mismatch');
    await payment.refund('mismatch', { refundId: 'r1', amountMinor: 300 });
    expect(await failureOf(payment.refund('mismatch', { refundId: 'r1', amountMinor: 301 }))).toMatchObject({
      code: 'ALREADY_EXISTS',
      reason: 'REFUND_MISMATCH',
    });
  });

  test('in another currency are refused, and name the field', async () => {
    await captured(payment, 'currency');
    const amount = { minorUnits: 1, currency: 'EUR' };
    const request = { orderId: 'currency', reason: '', refundId: 'r1', amount };
    expect(await failureOf(call(payment.client, payment.client.refund, request))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      details: 'amount.currency: must be the currency of the payment, USD',
      metadata: { field: 'amount.currency' },
    });
  });

  test('without an id are one refund of the order, by its own id', async () => {
    await captured(payment, 'old-caller');
    await payment.refund('old-caller', { refundId: 'r1', amountMinor: 100 });
    const whole = await payment.refund('old-caller');
    expect(summary(whole).refunds).toEqual([
      ['r1', 100, RefundState.SUCCEEDED],
      ['old-caller', 900, RefundState.SUCCEEDED],
    ]);
    expect(await payment.refund('old-caller')).toEqual(whole);
  });

  test('that the provider declines give nothing back, and leave their amount free', async () => {
    await captured(payment, 'declined', 'tok_refund_fails');
    const no = { code: 'FAILED_PRECONDITION', reason: 'REFUND_DECLINED' };
    expect(await failureOf(payment.refund('declined', { refundId: 'r1', amountMinor: 900 }))).toMatchObject(no);
    expect(await failureOf(payment.refund('declined', { refundId: 'r1', amountMinor: 900 }))).toMatchObject(no);
    expect(await failureOf(payment.refund('declined', { refundId: 'r2', amountMinor: 900 }))).toMatchObject(no);
    const after = await payment.payment('declined');
    expect(summary(after)).toMatchObject({ state: PaymentState.CAPTURED, captured: 1_000, refunded: 0 });
    expect(after.refunds.map(({ state, declineReason }) => [state, declineReason])).toEqual([
      [RefundState.DECLINED, 'REFUND_DECLINED'],
      [RefundState.DECLINED, 'REFUND_DECLINED'],
    ]);
    expect(await payment.charge('declined')).toMatchObject({ state: 'CAPTURED', refunds: 0, refunded_minor: 0 });
  });

  test('whose reply is lost are found at the provider by the next call, and made once', async () => {
    await captured(payment, 'lost', 'tok_refund_timeout');
    const one = { refundId: 'r1', amountMinor: 400 };
    expect((await failureOf(payment.refund('lost', one))).reason).toBe('PROVIDER_UNAVAILABLE');
    expect(summary(await payment.payment('lost'))).toMatchObject({
      refunded: 0,
      refunds: [['r1', 400, RefundState.PENDING]],
    });
    expect(summary(await payment.refund('lost', one)).refunds).toEqual([['r1', 400, RefundState.SUCCEEDED]]);
    expect(await payment.charge('lost')).toMatchObject({ refunded_minor: 400 });
  });

  test('count as given back while their outcome is unknown', async () => {
    await captured(payment, 'unknown', 'tok_refund_timeout');
    await failureOf(payment.refund('unknown', { refundId: 'r1', amountMinor: 700 }));
    expect((await failureOf(payment.refund('unknown', { refundId: 'r2', amountMinor: 400 }))).metadata).toEqual({
      requested: '400',
      refundable: '300',
    });
  });

  test('do not stop a repeated Capture while a part is left, and refuse it afterwards', async () => {
    await captured(payment, 'repeat');
    await payment.refund('repeat', { refundId: 'r1', amountMinor: 1 });
    expect((await payment.capture('repeat')).state).toBe(PaymentState.CAPTURED);
    await payment.refund('repeat', { refundId: 'r2' });
    expect((await failureOf(payment.capture('repeat'))).reason).toBe('PAYMENT_ALREADY_REFUNDED');
  });

  test('of an order of 0 end it as refunded', async () => {
    await payment.authorize('free', { amountMinor: 0 });
    await payment.capture('free');
    expect((await payment.refund('free')).state).toBe(PaymentState.REFUNDED);
  });

  test('of an unknown order are refused and leave no tombstone', async () => {
    expect((await failureOf(payment.refund('unheard-of', { refundId: 'r1' }))).reason).toBe('PAYMENT_NOT_CAPTURED');
    expect((await failureOf(payment.payment('unheard-of'))).reason).toBe('PAYMENT_NOT_FOUND');
  });

  test('are refused after 100 of a payment, so that its row stays small', async () => {
    await captured(payment, 'plenty');
    for (let index = 0; index < 100; index++) {
      await payment.refund('plenty', { refundId: `r${index}`, amountMinor: 1 });
    }
    expect((await failureOf(payment.refund('plenty', { refundId: 'r100', amountMinor: 1 }))).reason).toBe(
      'TOO_MANY_REFUNDS',
    );
    expect((await payment.refund('plenty', { refundId: 'r99', amountMinor: 1 })).refunded?.minorUnits).toBe(100);
  });

  test.each([
    ['an id with a separator', { refundId: 'a#b' }, 'refund_id'],
    ['an amount of 0', { amount: { minorUnits: 0, currency: 'USD' } }, 'amount.minor_units'],
    ['a negative amount', { amount: { minorUnits: -1, currency: 'USD' } }, 'amount.minor_units'],
    ['a reason of 501 characters', { reason: 'x'.repeat(501) }, 'reason'],
  ])('with %s are refused, and name the field', async (_what, change, field) => {
    const request = { orderId: 'order', reason: '', refundId: 'r1', amount: undefined, ...change };
    expect((await failureOf(call(payment.client, payment.client.refund, request))).metadata).toEqual({ field });
  });

  test('take the id __proto__ as any other', async () => {
    await captured(payment, 'proto');
    await payment.refund('proto', { refundId: '__proto__', amountMinor: 10 });
    expect((await payment.refund('proto', { refundId: '__proto__', amountMinor: 10 })).refunded?.minorUnits).toBe(10);
    expect(await payment.charge('proto')).toMatchObject({ refunded_minor: 10 });
  });
});

describe('a refund in an outage', () => {
  let payment: TestPayment;

  afterEach(() => payment.close());

  test.each([1, 2, 3, 4, 5])('that loses reply %i of DynamoDB is completed by a retry, once', async (request) => {
    payment = await startPayment();
    await captured(payment, 'order');
    const reconnect = loseReply(payment.dynamoDb, { request, thenUnreachable: true });
    const one = { refundId: 'r1', amountMinor: 400 };
    expect((await failureOf(payment.refund('order', one))).code).toBe('UNAVAILABLE');
    reconnect();
    expect(summary(await payment.refund('order', one)).refunds).toEqual([['r1', 400, RefundState.SUCCEEDED]]);
    expect(await payment.charge('order')).toMatchObject({ refunded_minor: 400 });
  });

  test('of the provider whose caller does not come back is completed by the recheck', async () => {
    let now = Date.parse('2030-01-01T00:00:00Z');
    let down = true;
    payment = await startPayment({
      clock: () => now,
      wrapProvider: (provider) => ({
        ...provider,
        refund: (refund, signal) =>
          down ? Promise.reject(new ProviderUnavailable()) : provider.refund(refund, signal),
      }),
    });
    await captured(payment, 'order');
    await failureOf(payment.refund('order', { refundId: 'r1', amountMinor: 400 }));
    now += 29_999;
    expect((await payment.recheck()).refunds).toBe(0);
    now += 1;
    await expect(payment.recheck()).rejects.toThrow('background work for order failed');
    expect((await payment.recheck()).refunds).toBe(0);
    down = false;
    now += 60_000;
    expect((await payment.recheck()).refunds).toBe(1);
    expect(summary(await payment.payment('order')).refunds).toEqual([['r1', 400, RefundState.SUCCEEDED]]);
    now += 3_600_000;
    expect((await payment.recheck()).refunds).toBe(0);
  });

  test('is settled before a later one is refused for its amount, because the provider may decline it', async () => {
    let down = true;
    payment = await startPayment({
      wrapProvider: (provider) => ({
        ...provider,
        refund: (refund, signal) =>
          down ? Promise.reject(new ProviderUnavailable()) : provider.refund(refund, signal),
      }),
    });
    await captured(payment, 'order', 'tok_refund_fails');
    await failureOf(payment.refund('order', { refundId: 'r1', amountMinor: 700 }));
    const later = { refundId: 'r2', amountMinor: 400 };
    expect((await failureOf(payment.refund('order', later))).reason).toBe('PROVIDER_UNAVAILABLE');
    down = false;
    expect((await failureOf(payment.refund('order', later))).reason).toBe('REFUND_DECLINED');
    expect(summary(await payment.payment('order')).refunds).toEqual([
      ['r1', 700, RefundState.DECLINED],
      ['r2', 400, RefundState.DECLINED],
    ]);
  });

  test('is settled before all that is left is refunded', async () => {
    payment = await startPayment();
    await captured(payment, 'order', 'tok_refund_timeout');
    await failureOf(payment.refund('order', { refundId: 'r1', amountMinor: 700 }));
    await failureOf(payment.refund('order', { refundId: 'r2' }));
    expect(summary(await payment.refund('order', { refundId: 'r2' }))).toMatchObject({
      state: PaymentState.REFUNDED,
      refunds: [
        ['r1', 700, RefundState.SUCCEEDED],
        ['r2', 300, RefundState.SUCCEEDED],
      ],
    });
  });

  test('of the provider is asked for by its id before it is sent again, as providers forget idempotency keys', async () => {
    let sent = 0;
    payment = await startPayment({
      wrapProvider: (provider) => ({
        ...provider,
        refund: (refund, signal) => {
          sent++;
          return provider.refund(refund, signal);
        },
      }),
    });
    await captured(payment, 'order', 'tok_refund_timeout');
    await failureOf(payment.refund('order', { refundId: 'r1' }));
    expect((await payment.refund('order', { refundId: 'r1' })).state).toBe(PaymentState.REFUNDED);
    expect(sent).toBe(1);
  });
});
