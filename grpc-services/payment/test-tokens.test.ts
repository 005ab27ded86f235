import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PaymentState } from '../../proto/gen/payment/v1/payment.ts';
import { startPayment, type TestPayment } from '../../tests/support/payment.ts';
import { failureOf } from '../../tests/support/unary-client.ts';

let payment: TestPayment;

beforeAll(async () => {
  payment = await startPayment();
});

afterAll(() => payment.close());

describe('the simulated provider', () => {
  test('authorizes tok_visa', async () => {
    expect(await payment.authorize('visa')).toMatchObject({
      orderId: 'visa',
      paymentId: 'pay',
      state: PaymentState.AUTHORIZED,
      amount: { minorUnits: 1_000, currency: 'USD' },
      declineReason: '',
      providerReference: expect.stringMatching(/^ch_/),
    });
    expect(await payment.charge('visa')).toMatchObject({ state: 'AUTHORIZED', amount_minor: 1_000, currency: 'USD' });
  });

  test.each([
    ['tok_declined', 'FAILED_PRECONDITION', 'PAYMENT_DECLINED'],
    ['tok_insufficient_funds', 'FAILED_PRECONDITION', 'INSUFFICIENT_FUNDS'],
    ['tok_of_nobody', 'INVALID_ARGUMENT', 'INVALID_PAYMENT_METHOD'],
  ])('declines %s every time, and the payment has the reason', async (method, code, reason) => {
    const order = method.replaceAll('_', '-');
    const no = { code, reason, domain: 'payment.v1' };
    expect(await failureOf(payment.authorize(order, { method }))).toMatchObject(no);
    expect(await failureOf(payment.authorize(order, { method }))).toMatchObject(no);
    expect(await payment.payment(order)).toMatchObject({ state: PaymentState.DECLINED, declineReason: reason });
  });

  test('charges tok_timeout and loses the reply; the next call finds that charge', async () => {
    expect(await failureOf(payment.authorize('timeout', { method: 'tok_timeout' }))).toMatchObject({
      code: 'UNAVAILABLE',
      reason: 'PROVIDER_UNAVAILABLE',
    });
    const charged = await payment.charge('timeout');
    expect(charged).toMatchObject({ state: 'AUTHORIZED' });
    expect((await payment.payment('timeout')).state).toBe(PaymentState.PENDING);
    expect(await payment.authorize('timeout', { method: 'tok_timeout' })).toMatchObject({
      state: PaymentState.AUTHORIZED,
      providerReference: charged?.reference,
    });
    expect((await payment.charge('timeout'))?.tries).toBe(1);
  });

  test('does not answer tok_flaky twice per order, then authorizes it', async () => {
    const flaky = { method: 'tok_flaky' };
    for (const order of ['flaky', 'flaky-too']) {
      expect((await failureOf(payment.authorize(order, flaky))).reason).toBe('PROVIDER_UNAVAILABLE');
      expect((await failureOf(payment.authorize(order, flaky))).reason).toBe('PROVIDER_UNAVAILABLE');
      expect((await payment.authorize(order, flaky)).state).toBe(PaymentState.AUTHORIZED);
    }
  });
});
