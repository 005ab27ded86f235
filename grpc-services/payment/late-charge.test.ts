import { afterEach, expect, test } from '@jest/globals';
import { PaymentState } from '../../proto/gen/payment/v1/payment.ts';
import { startPayment, type TestPayment } from '../../tests/support/payment.ts';
import { failureOf } from '../../tests/support/unary-client.ts';
import type { PaymentProvider } from './provider/payment-provider.ts';

let payment: TestPayment;

afterEach(() => payment.close());

/** A provider that takes its time between being asked to authorize and doing so. */
function slowProvider() {
  const asked = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const wrap = (provider: PaymentProvider): PaymentProvider => ({
    ...provider,
    authorize: async (authorization, signal) => {
      asked.resolve();
      await goOn.promise;
      return provider.authorize(authorization, signal);
    },
  });
  return { wrap, asked: asked.promise, goOn: goOn.resolve };
}

test('a charge that the provider makes while its Void is answered does not survive the Authorize that asked for it', async () => {
  const slow = slowProvider();
  payment = await startPayment({ wrapProvider: slow.wrap });
  const authorization = failureOf(payment.authorize('order'));
  await slow.asked;
  expect((await payment.void('order')).state).toBe(PaymentState.VOIDED);
  expect(await payment.charge('order')).toBeUndefined();
  slow.goOn();
  expect((await authorization).reason).toBe('PAYMENT_VOIDED');
  expect(await payment.charge('order')).toMatchObject({ state: 'VOIDED' });
});

test('a charge made after its Void by a process that died is found by the recheck and voided', async () => {
  let now = Date.parse('2030-01-01T00:00:00Z');
  const slow = slowProvider();
  let died = false;
  payment = await startPayment({
    clock: () => now,
    wrapProvider: slow.wrap,
    wrapStore: (store) => ({
      ...store,
      find: (orderId, signal) =>
        died ? Promise.reject(new Error('the process is dead')) : store.find(orderId, signal),
      save: (previous, next, signal) =>
        died ? Promise.reject(new Error('the process is dead')) : store.save(previous, next, signal),
    }),
  });
  const authorization = failureOf(payment.authorize('order'));
  await slow.asked;
  await payment.void('order');
  died = true;
  slow.goOn();
  expect((await authorization).code).toBe('INTERNAL');
  expect(await payment.charge('order')).toMatchObject({ state: 'AUTHORIZED' });

  now += 29_999;
  expect(await payment.recheck()).toBe(0);
  now += 1;
  expect(await payment.recheck()).toBe(1);
  expect(await payment.charge('order')).toMatchObject({ state: 'VOIDED' });
  now += 3_600_000;
  expect(await payment.recheck()).toBe(0);
});

test('a charge that comes an hour after its Void is still found', async () => {
  let now = Date.parse('2030-01-01T00:00:00Z');
  const unreachable = { now: true };
  const kept: { provider?: PaymentProvider } = {};
  payment = await startPayment({
    clock: () => now,
    wrapProvider: (provider) => {
      kept.provider = provider;
      return {
        ...provider,
        authorize: async (authorization, signal) => {
          if (unreachable.now) {
            throw new Error('the request lingers in the network');
          }
          return provider.authorize(authorization, signal);
        },
      };
    },
  });
  await failureOf(payment.authorize('order'));
  await payment.void('order');
  for (const pause of [30_000, 300_000]) {
    now += pause;
    expect(await payment.recheck()).toBe(0);
  }
  const lingering = { key: 'order#pay', method: 'tok_visa', amountMinor: 1_000, currency: 'USD' };
  await kept.provider?.authorize(lingering, new AbortController().signal);
  now += 3_600_000;
  expect(await payment.recheck()).toBe(1);
  expect(await payment.charge('order')).toMatchObject({ state: 'VOIDED' });
});
