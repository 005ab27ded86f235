import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PaymentState } from '../../proto/gen/payment/v1/payment.ts';
import { startPayment, type TestPayment } from '../../tests/support/payment.ts';
import { failureOf } from '../../tests/support/unary-client.ts';

let payment: TestPayment;

beforeAll(async () => {
  payment = await startPayment();
});

afterAll(() => payment.close());

describe('a payment', () => {
  test('is authorized, captured and refunded', async () => {
    await payment.authorize('whole');
    expect((await payment.capture('whole')).state).toBe(PaymentState.CAPTURED);
    expect((await payment.refund('whole')).state).toBe(PaymentState.REFUNDED);
    expect(await payment.charge('whole')).toMatchObject({ state: 'REFUNDED', captures: 1, refunds: 1 });
  });

  test('keeps its amount and payment id', async () => {
    await payment.authorize('fixed', { paymentId: 'first', amountMinor: 700 });
    const taken = { code: 'ALREADY_EXISTS', reason: 'PAYMENT_MISMATCH' };
    expect(await failureOf(payment.authorize('fixed', { paymentId: 'first', amountMinor: 701 }))).toMatchObject(taken);
    expect(await failureOf(payment.authorize('fixed', { paymentId: 'other', amountMinor: 700 }))).toMatchObject(taken);
    expect(await payment.charge('fixed', 'other')).toBeUndefined();
  });

  test('with an unknown outcome accepts no other payment id', async () => {
    await failureOf(payment.authorize('pending', { paymentId: 'first', method: 'tok_timeout' }));
    expect((await failureOf(payment.authorize('pending', { paymentId: 'other' }))).reason).toBe('PAYMENT_MISMATCH');
  });

  test('may be retried with another payment id after a decline', async () => {
    await failureOf(payment.authorize('again', { paymentId: 'first', method: 'tok_declined' }));
    expect(await payment.authorize('again', { paymentId: 'second' })).toMatchObject({
      paymentId: 'second',
      state: PaymentState.AUTHORIZED,
      declineReason: '',
    });
    expect((await failureOf(payment.authorize('again', { paymentId: 'first' }))).reason).toBe('PAYMENT_MISMATCH');
  });

  test('that is not authorized cannot be captured', async () => {
    const no = { code: 'FAILED_PRECONDITION', reason: 'PAYMENT_NOT_AUTHORIZED' };
    expect(await failureOf(payment.capture('nothing'))).toMatchObject(no);
    await failureOf(payment.authorize('declined', { method: 'tok_declined' }));
    expect(await failureOf(payment.capture('declined'))).toMatchObject(no);
  });

  test('that is captured cannot be voided, only refunded', async () => {
    await payment.authorize('captured');
    await payment.capture('captured');
    expect(await failureOf(payment.void('captured'))).toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'PAYMENT_ALREADY_CAPTURED',
    });
    expect((await payment.refund('captured')).state).toBe(PaymentState.REFUNDED);
    expect((await payment.void('captured')).state).toBe(PaymentState.REFUNDED);
  });

  test('that is not captured cannot be refunded', async () => {
    const no = { code: 'FAILED_PRECONDITION', reason: 'PAYMENT_NOT_CAPTURED' };
    expect(await failureOf(payment.refund('never'))).toMatchObject(no);
    await payment.authorize('only-authorized');
    expect(await failureOf(payment.refund('only-authorized'))).toMatchObject(no);
    await payment.void('only-authorized');
    expect(await failureOf(payment.refund('only-authorized'))).toMatchObject(no);
  });

  test('that does not exist cannot be read', async () => {
    expect(await failureOf(payment.payment('unheard-of'))).toMatchObject({
      code: 'NOT_FOUND',
      reason: 'PAYMENT_NOT_FOUND',
    });
  });
});
