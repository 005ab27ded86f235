import { afterEach, expect, test } from '@jest/globals';
import { PaymentState, RefundState } from '../../proto/gen/payment/v1/payment.ts';
import { startPayment, type TestPayment } from '../../tests/support/payment.ts';
import { failureOf } from '../../tests/support/unary-client.ts';
import { ProviderUnavailable } from './provider/payment-provider.ts';

let payment: TestPayment;

afterEach(() => payment.close());

/** A captured payment of 1,000 whose provider declines the refunds named `no`, and does not answer to those named `late` at first. */
async function startCaptured() {
  const asked: string[] = [];
  let isSilent = true;
  payment = await startPayment({
    wrapProvider: (provider) => ({
      ...provider,
      findRefund: (refund, signal) => {
        asked.push(refund.refundId);
        return provider.findRefund(refund, signal);
      },
      refund: async (refund, signal) => {
        if (refund.refundId === 'late' && isSilent) {
          throw new ProviderUnavailable();
        }
        return refund.refundId === 'no' ? 'DECLINED' : provider.refund(refund, signal);
      },
    }),
  });
  await payment.authorize('order');
  await payment.capture('order');
  const answerAgain = (): void => {
    isSilent = false;
  };
  return { asked, answerAgain };
}

test('a refund that succeeds after another one was declined is not answered as declined', async () => {
  await startCaptured();
  expect((await failureOf(payment.refund('order', { refundId: 'no', amountMinor: 600 }))).reason).toBe(
    'REFUND_DECLINED',
  );
  const { refunds, refunded } = await payment.refund('order', { refundId: 'yes', amountMinor: 700 });
  expect(refunded?.minorUnits).toBe(700);
  expect(refunds.map(({ refundId, state }) => [refundId, state])).toEqual([
    ['no', RefundState.DECLINED],
    ['yes', RefundState.SUCCEEDED],
  ]);
});

test('where a pending refund is settled, those that have an outcome are not asked for again, and keep their times', async () => {
  const { asked, answerAgain } = await startCaptured();
  await payment.refund('order', { refundId: 'first', amountMinor: 100 });
  await failureOf(payment.refund('order', { refundId: 'no', amountMinor: 100 }));
  const before = (await payment.payment('order')).refunds;
  await failureOf(payment.refund('order', { refundId: 'late', amountMinor: 200 }));
  answerAgain();
  // All that is left depends on what became of the pending one.
  const { refunds, refunded } = await payment.refund('order', { refundId: 'rest' });
  expect(asked).toEqual(['late']);
  expect(refunds.slice(0, 2)).toEqual(before);
  expect(refunds.slice(2).map(({ refundId, amount }) => [refundId, amount?.minorUnits])).toEqual([
    ['late', 200],
    ['rest', 700],
  ]);
  expect(refunded?.minorUnits).toBe(1_000);
});

test('a refund that stays unknown is asked for after 30 s, then after twice the pause each time, at most an hour', async () => {
  let now = Date.parse('2030-01-01T00:00:00Z');
  let asked = 0;
  payment = await startPayment({
    clock: () => now,
    wrapProvider: (provider) => ({
      ...provider,
      findRefund: () => {
        asked++;
        return Promise.reject(new ProviderUnavailable());
      },
      refund: () => Promise.reject(new ProviderUnavailable()),
    }),
  });
  await payment.authorize('order');
  await payment.capture('order');
  await failureOf(payment.refund('order'));
  const pauses = [30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600];
  for (const [times, pause] of pauses.entries()) {
    now += pause * 1_000 - 1;
    expect(await payment.recheck()).toEqual({ lateCharges: 0, refunds: 0 });
    expect(asked).toBe(times);
    now += 1;
    await expect(payment.recheck()).rejects.toThrow('background work for order failed');
    expect(asked).toBe(times + 1);
  }
});

test('a declined refund of an order of 0 leaves it captured, here and at the provider', async () => {
  payment = await startPayment();
  await payment.authorize('free', { amountMinor: 0, method: 'tok_refund_fails' });
  await payment.capture('free');
  expect((await failureOf(payment.refund('free'))).reason).toBe('REFUND_DECLINED');
  expect((await payment.payment('free')).state).toBe(PaymentState.CAPTURED);
  expect(await payment.charge('free')).toMatchObject({ state: 'CAPTURED', refunds: 0, refunded_minor: 0 });
});
