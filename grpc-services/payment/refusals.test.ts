import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ProviderOutcome } from '../../proto/gen/payment/v1/payment.ts';
import { startPayment, type TestPayment } from '../../tests/support/payment.ts';
import { failureOf } from '../../tests/support/unary-client.ts';
import { ProviderUnavailable } from './provider/payment-provider.ts';

// The reasons are for programs. The words reach support and customers, so they are part of the answer as well.
let payment: TestPayment;
let isProviderUp = true;

beforeAll(async () => {
  payment = await startPayment({
    wrapProvider: (provider) => ({
      ...provider,
      capture: (key, signal) =>
        isProviderUp ? provider.capture(key, signal) : Promise.reject(new ProviderUnavailable()),
    }),
  });
});

afterAll(() => payment.close());

async function captured(order: string, method = 'tok_visa'): Promise<string> {
  await payment.authorize(order, { method });
  await payment.capture(order);
  return order;
}

test.each<readonly [reason: string, code: string, words: string, refused: () => Promise<unknown>]>([
  [
    'PAYMENT_DECLINED',
    'FAILED_PRECONDITION',
    'The payment was declined.',
    () => payment.authorize('declined', { method: 'tok_declined' }),
  ],
  [
    'INSUFFICIENT_FUNDS',
    'FAILED_PRECONDITION',
    'The payment was declined for lack of funds.',
    () => payment.authorize('poor', { method: 'tok_insufficient_funds' }),
  ],
  [
    'INVALID_PAYMENT_METHOD',
    'INVALID_ARGUMENT',
    'The payment provider does not know this payment method.',
    () => payment.authorize('unknown-method', { method: 'tok_of_nobody' }),
  ],
  [
    'PAYMENT_VOIDED',
    'FAILED_PRECONDITION',
    'The payment of this order was voided.',
    async () => {
      await payment.void('voided');
      await payment.authorize('voided');
    },
  ],
  [
    'PAYMENT_NOT_AUTHORIZED',
    'FAILED_PRECONDITION',
    'No amount is authorized for this order; there is nothing to capture.',
    () => payment.capture('never'),
  ],
  [
    'PAYMENT_ALREADY_CAPTURED',
    'FAILED_PRECONDITION',
    'The payment of this order is captured; refund it instead.',
    async () => payment.void(await captured('captured')),
  ],
  [
    'PAYMENT_ALREADY_REFUNDED',
    'FAILED_PRECONDITION',
    'The payment of this order was refunded.',
    async () => {
      await payment.refund(await captured('refunded'));
      await payment.capture('refunded');
    },
  ],
  [
    'PAYMENT_NOT_CAPTURED',
    'FAILED_PRECONDITION',
    'No amount was captured for this order; there is nothing to refund.',
    () => payment.refund('never'),
  ],
  [
    'REFUND_EXCEEDS_CAPTURED',
    'FAILED_PRECONDITION',
    'The refund is larger than what is left of the captured amount.',
    async () => payment.refund(await captured('too-much'), { refundId: 'r', amountMinor: 1_001 }),
  ],
  [
    'REFUND_DECLINED',
    'FAILED_PRECONDITION',
    'The payment provider declined this refund; nothing was given back.',
    async () => payment.refund(await captured('refund-declined', 'tok_refund_fails')),
  ],
  [
    'REFUND_MISMATCH',
    'ALREADY_EXISTS',
    'This refund id belongs to a refund of another amount.',
    async () => {
      await payment.refund(await captured('refund-mismatch'), { refundId: 'r', amountMinor: 1 });
      await payment.refund('refund-mismatch', { refundId: 'r', amountMinor: 2 });
    },
  ],
  [
    'PROVIDER_EVENT_MISMATCH',
    'ALREADY_EXISTS',
    'This event id belongs to an event with another outcome.',
    async () => {
      await payment.decide(await payment.authorize('event', { method: 'tok_3ds' }), 'approve');
      await payment.event('event');
      await payment.event('event', { outcome: ProviderOutcome.DECLINED });
    },
  ],
  [
    'CUSTOMER_ACTION_NOT_FOUND',
    'NOT_FOUND',
    'No payment with this reference waits for its customer.',
    async () => payment.decide({ ...(await payment.authorize('guess')), actionUrl: '/?reference=ch_guess' }, 'approve'),
  ],
  [
    'PAYMENT_MISMATCH',
    'ALREADY_EXISTS',
    'This order has a payment with another amount or payment id.',
    async () => {
      await payment.authorize('mismatch');
      await payment.authorize('mismatch', { amountMinor: 999 });
    },
  ],
  ['PAYMENT_NOT_FOUND', 'NOT_FOUND', 'There is no payment of this order.', () => payment.payment('never')],
  [
    'PROVIDER_UNAVAILABLE',
    'UNAVAILABLE',
    'The payment provider gave no answer; it may or may not have done what it was asked. Try again.',
    async () => {
      await payment.authorize('outage');
      isProviderUp = false;
      try {
        await payment.capture('outage');
      } finally {
        isProviderUp = true;
      }
    },
  ],
])('%s is answered as %s, in the words "%s"', async (reason, code, details, refused) => {
  const answer = await failureOf(refused());
  expect(answer).toMatchObject({ reason, code, details, domain: 'payment.v1' });
});
