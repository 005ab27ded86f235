import { afterEach, expect, test } from '@jest/globals';
import { RefundState } from '../../proto/gen/payment/v1/payment.ts';
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
