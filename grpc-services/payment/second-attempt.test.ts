import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PaymentState } from '../../proto/gen/payment/v1/payment.ts';
import { startPayment, type TestPayment } from '../../tests/support/payment.ts';
import { call, failureOf } from '../../tests/support/unary-client.ts';

let payment: TestPayment;
let now = Date.parse('2030-01-01T00:00:00Z');

beforeAll(async () => {
  payment = await startPayment({ clock: () => now });
});

afterAll(() => payment.close());

function authorize(orderId: string, amount = { minorUnits: 1_000, currency: 'USD' }) {
  const { client } = payment;
  return call(client, client.authorize, { orderId, paymentId: 'pay', method: 'tok_visa', amount });
}

describe('an Authorize that is repeated', () => {
  test.each([
    ['another amount', { minorUnits: 999, currency: 'USD' }],
    ['another currency', { minorUnits: 1_000, currency: 'EUR' }],
  ])('with %s is refused, also when the payment is captured', async (what, amount) => {
    const order = what.replaceAll(' ', '-');
    await authorize(order);
    const mismatch = { code: 'ALREADY_EXISTS', reason: 'PAYMENT_MISMATCH' };
    expect(await failureOf(authorize(order, amount))).toMatchObject(mismatch);
    await payment.capture(order);
    expect(await failureOf(authorize(order, amount))).toMatchObject(mismatch);
    expect((await payment.payment(order)).amount).toEqual({ minorUnits: 1_000, currency: 'USD' });
  });

  test('after the capture returns the captured payment and charges nothing', async () => {
    await authorize('captured');
    await payment.capture('captured');
    expect((await authorize('captured')).payment?.state).toBe(PaymentState.CAPTURED);
    expect(await payment.charge('captured')).toMatchObject({ state: 'CAPTURED', tries: 1, captures: 1 });
  });
});

describe('an attempt after a decline', () => {
  test('keeps when the payment was created, and has its own amount', async () => {
    const createdAt = new Date(now);
    await failureOf(payment.authorize('again', { paymentId: 'first', method: 'tok_declined' }));
    now += 60_000;
    const second = await payment.authorize('again', { paymentId: 'second', amountMinor: 1_500 });
    expect(second).toMatchObject({ createdAt, amount: { minorUnits: 1_500 }, paymentId: 'second' });
    expect(second.updatedAt?.getTime()).toBeGreaterThanOrEqual(now);
    expect(await payment.charge('again', 'second')).toMatchObject({ state: 'AUTHORIZED', amount_minor: 1_500 });
    expect(await payment.charge('again', 'first')).toMatchObject({ state: 'DECLINED' });
  });

  test('that is declined too, twice in a row, ends with the reason of the last, and a third can succeed', async () => {
    await failureOf(payment.authorize('thrice', { paymentId: 'one', method: 'tok_declined' }));
    const second = await failureOf(payment.authorize('thrice', { paymentId: 'two', method: 'tok_insufficient_funds' }));
    expect(second.reason).toBe('INSUFFICIENT_FUNDS');
    expect(await payment.payment('thrice')).toMatchObject({ paymentId: 'two', declineReason: 'INSUFFICIENT_FUNDS' });
    expect((await payment.authorize('thrice', { paymentId: 'three' })).state).toBe(PaymentState.AUTHORIZED);
    expect((await payment.capture('thrice')).paymentId).toBe('three');
    expect(await payment.charge('thrice', 'three')).toMatchObject({ captures: 1 });
  });

  test('of five copies at the same time is made once', async () => {
    await failureOf(payment.authorize('copies', { paymentId: 'first', method: 'tok_declined' }));
    const copies = Array.from({ length: 5 }, () => payment.authorize('copies', { paymentId: 'second' }));
    const references = (await Promise.all(copies)).map(({ providerReference }) => providerReference);
    expect(new Set(references).size).toBe(1);
    expect(await payment.charge('copies', 'second')).toMatchObject({ state: 'AUTHORIZED', tries: 1 });
  });
});

describe('a request outside its limits is refused with the name of the field', () => {
  const reason = 'x'.repeat(501);
  test.each<readonly [string, string, () => Promise<unknown>]>([
    ['Capture without an order', 'order_id', () => payment.capture('')],
    ['Void of what is not an order', 'order_id', () => payment.void('charge#1')],
    [
      'Void for a reason of 501 characters',
      'reason',
      () => call(payment.client, payment.client.void, { orderId: 'order', reason }),
    ],
    ['Refund without an order', 'order_id', () => payment.refund('')],
    ['GetPayment of what is not an order', 'order_id', () => payment.payment('charge#order')],
  ])('%s', async (_what, field, send) => {
    expect(await failureOf(send())).toMatchObject({ code: 'INVALID_ARGUMENT', metadata: { field } });
  });

  test('and one at its limits is accepted', async () => {
    const voided = call(payment.client, payment.client.void, { orderId: 'x'.repeat(64), reason: reason.slice(1) });
    await expect(voided).resolves.toBeDefined();
    const most = { minorUnits: 1_000_000_000_000, currency: 'USD' };
    expect((await authorize('dearest', most)).payment?.amount).toEqual(most);
    expect((await authorize('free', { minorUnits: 0, currency: 'USD' })).payment?.state).toBe(PaymentState.AUTHORIZED);
  });
});
