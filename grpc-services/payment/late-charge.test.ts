import { afterEach, expect, test } from '@jest/globals';
import { PaymentState } from '../../proto/gen/payment/v1/payment.ts';
import { startPayment, type TestPayment } from '../../tests/support/payment.ts';
import { failureOf } from '../../tests/support/unary-client.ts';
import type { PaymentProvider } from './provider/payment-provider.ts';

let payment: TestPayment;

afterEach(() => payment.close());

/** A provider that receives an authorization and carries it out only after `resume`. */
function slowProvider() {
  const received = Promise.withResolvers<void>();
  const resume = Promise.withResolvers<void>();
  const wrap = (provider: PaymentProvider): PaymentProvider => ({
    ...provider,
    authorize: async (authorization, signal) => {
      received.resolve();
      await resume.promise;
      return provider.authorize(authorization, signal);
    },
  });
  return { wrap, received: received.promise, resume: resume.resolve };
}

test('a charge that appears after its Void is voided by the Authorize that made it', async () => {
  const slow = slowProvider();
  payment = await startPayment({ wrapProvider: slow.wrap });
  const authorization = failureOf(payment.authorize('order'));
  await slow.received;
  expect((await payment.void('order')).state).toBe(PaymentState.VOIDED);
  expect(await payment.charge('order')).toBeUndefined();
  slow.resume();
  expect((await authorization).reason).toBe('PAYMENT_VOIDED');
  expect(await payment.charge('order')).toMatchObject({ state: 'VOIDED' });
});

test('a charge that appears after its Void is voided by the recheck if the Authorize crashed', async () => {
  let now = Date.parse('2030-01-01T00:00:00Z');
  const slow = slowProvider();
  let crashed = false;
  payment = await startPayment({
    clock: () => now,
    wrapProvider: slow.wrap,
    wrapStore: (store) => ({
      ...store,
      find: (orderId, signal) =>
        crashed ? Promise.reject(new Error('the process crashed')) : store.find(orderId, signal),
      save: (previous, next, signal) =>
        crashed ? Promise.reject(new Error('the process crashed')) : store.save(previous, next, signal),
    }),
  });
  const authorization = failureOf(payment.authorize('order'));
  await slow.received;
  await payment.void('order');
  crashed = true;
  slow.resume();
  expect((await authorization).code).toBe('INTERNAL');
  expect(await payment.charge('order')).toMatchObject({ state: 'AUTHORIZED' });

  now += 29_999;
  expect((await payment.recheck()).lateCharges).toBe(0);
  now += 1;
  expect((await payment.recheck()).lateCharges).toBe(1);
  expect(await payment.charge('order')).toMatchObject({ state: 'VOIDED' });
  now += 3_600_000;
  expect((await payment.recheck()).lateCharges).toBe(0);
});
