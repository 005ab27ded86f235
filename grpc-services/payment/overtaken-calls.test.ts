import { afterEach, describe, expect, test } from '@jest/globals';
import { PaymentState } from '../../proto/gen/payment/v1/payment.ts';
import { startPayment, type TestPayment } from '../../tests/support/payment.ts';
import { call, failureOf } from '../../tests/support/unary-client.ts';
import { authorize } from './authorize.ts';
import type { PaymentStore } from './payment-store.ts';
import type { Payments } from './payments.ts';
import { type PaymentProvider, ProviderUnavailable } from './provider/payment-provider.ts';
import { voidPayment } from './void.ts';

// A call that another call overtakes, or whose caller goes away, between its steps.
let payment: TestPayment;
afterEach(() => payment.close());

const never = new AbortController().signal;
const ORDER = {
  orderId: 'order',
  paymentId: 'pay',
  method: 'tok_visa',
  amount: { minorUnits: 1_000, currency: 'USD' },
};

/** Starts the service, and another instance of it that the test calls directly. */
async function startWithOtherInstance(): Promise<Payments> {
  const kept: { store?: PaymentStore; provider?: PaymentProvider } = {};
  payment = await startPayment({
    wrapStore: (store) => {
      kept.store = store;
      return store;
    },
    wrapProvider: (provider) => {
      kept.provider = provider;
      return provider;
    },
  });
  const { store, provider } = kept;
  if (store === undefined || provider === undefined) {
    throw new Error('the service uses neither store nor provider');
  }
  return { store, provider, clock: Date.now };
}

describe('an Authorize whose caller no longer waits', () => {
  test('records the charge that the provider made', async () => {
    const { provider, ...others } = await startWithOtherInstance();
    const caller = new AbortController();
    const authorizing: PaymentProvider = {
      ...provider,
      authorize: async (authorization) => {
        const charge = await provider.authorize(authorization, never);
        caller.abort(new Error('the deadline passed'));
        return charge;
      },
    };
    const answer = await authorize({ ...others, provider: authorizing }, ORDER, caller.signal);
    expect(answer.state).toBe('AUTHORIZED');
    expect(caller.signal.aborted).toBe(true);
    expect((await payment.payment('order')).state).toBe(PaymentState.AUTHORIZED);
  });

  test.each([
    ['is only intended', 'VOID'],
    ['is complete', 'VOIDED'],
  ])('voids the charge that was made while a Void %s', async (_how, reached) => {
    const { provider, ...others } = await startWithOtherInstance();
    const unreachable: PaymentProvider = { ...provider, void: () => Promise.reject(new ProviderUnavailable()) };
    const caller = new AbortController();
    const overtaken: PaymentProvider = {
      ...provider,
      authorize: async (authorization) => {
        if (reached === 'VOID') {
          const interrupted = voidPayment(
            { ...others, provider: unreachable },
            { orderId: 'order', reason: 'test' },
            never,
          );
          await expect(interrupted).rejects.toThrow(ProviderUnavailable);
          expect(await others.store.find('order', never)).toMatchObject({ state: 'PENDING', intent: 'VOID' });
        } else {
          await payment.void('order');
        }
        const charge = await provider.authorize(authorization, never);
        caller.abort(new Error('the deadline passed'));
        return charge;
      },
    };
    await expect(authorize({ ...others, provider: overtaken }, ORDER, caller.signal)).rejects.toBeDefined();
    expect(await payment.charge('order')).toMatchObject({ state: 'VOIDED' });
  });
});

test('an Authorize that another copy overtakes keeps the charge that both share', async () => {
  const { provider, ...others } = await startWithOtherInstance();
  const caller = new AbortController();
  const overtaken: PaymentProvider = {
    ...provider,
    authorize: async (authorization) => {
      const charge = await provider.authorize(authorization, never);
      expect((await payment.authorize('order')).state).toBe(PaymentState.AUTHORIZED);
      caller.abort(new Error('the deadline passed'));
      return charge;
    },
  };
  await expect(authorize({ ...others, provider: overtaken }, ORDER, caller.signal)).rejects.toBeDefined();
  expect(await payment.charge('order')).toMatchObject({ state: 'AUTHORIZED', tries: 1 });
  expect((await payment.capture('order')).state).toBe(PaymentState.CAPTURED);
});

test('a Void that was about to leave a tombstone voids the payment that an Authorize wrote meanwhile', async () => {
  const { store, ...others } = await startWithOtherInstance();
  let reads = 0;
  const overtaken: PaymentStore = {
    ...store,
    find: async (orderId, signal) => {
      reads++;
      const found = await store.find(orderId, signal);
      if (reads === 1) {
        await payment.authorize(orderId);
      }
      return found;
    },
  };
  const voided = await voidPayment(
    { ...others, store: overtaken },
    { orderId: 'order', reason: 'changed mind' },
    never,
  );
  expect(voided).toMatchObject({ state: 'VOIDED', payment_id: 'pay', reason: 'changed mind' });
  expect(await payment.charge('order')).toMatchObject({ state: 'VOIDED' });
});

describe('the reason of a Void is kept', () => {
  test.each([
    ['in the tombstone of an order without a payment', async () => undefined],
    ['of an authorized payment', async () => payment.authorize('order')],
    ['of a declined payment', async () => failureOf(payment.authorize('order', { method: 'tok_declined' }))],
  ])('%s', async (_what, before) => {
    const { store } = await startWithOtherInstance();
    await before();
    const { client } = payment;
    await call(client, client.void, { orderId: 'order', reason: 'out of stock' });
    await call(client, client.void, { orderId: 'order', reason: 'a later reason' });
    expect(await store.find('order', never)).toMatchObject({ state: 'VOIDED', reason: 'out of stock' });
  });
});

/** Starts the service with a provider that fails the first calls of one kind, after it did what it was asked. */
async function startWithLostAnswers(kind: 'capture' | 'void' | 'authorize', count: number): Promise<void> {
  let lost = 0;
  const losing = async <Answer>(ask: () => Promise<Answer>): Promise<Answer> => {
    const answer = await ask();
    if (lost < count) {
      lost++;
      throw new ProviderUnavailable();
    }
    return answer;
  };
  payment = await startPayment({
    wrapProvider: (provider) => {
      switch (kind) {
        case 'authorize':
          return { ...provider, authorize: (one, signal) => losing(() => provider.authorize(one, signal)) };
        case 'capture':
          return { ...provider, capture: (key, signal) => losing(() => provider.capture(key, signal)) };
        case 'void':
          return { ...provider, void: (key, signal) => losing(() => provider.void(key, signal)) };
      }
    },
  });
}

describe('a step after one whose outcome is unknown', () => {
  const unavailable = { code: 'UNAVAILABLE', reason: 'PROVIDER_UNAVAILABLE' };

  test('an Authorize completes a Void whose answer was lost twice in a row, and is refused', async () => {
    await startWithLostAnswers('void', 2);
    await payment.authorize('order');
    expect(await failureOf(payment.void('order'))).toMatchObject(unavailable);
    expect(await failureOf(payment.void('order'))).toMatchObject(unavailable);
    expect((await failureOf(payment.authorize('order'))).reason).toBe('PAYMENT_VOIDED');
    expect((await payment.payment('order')).state).toBe(PaymentState.VOIDED);
  });

  test('a Capture completes a Void whose answer was lost, and is refused', async () => {
    await startWithLostAnswers('void', 1);
    await payment.authorize('order');
    expect(await failureOf(payment.void('order'))).toMatchObject(unavailable);
    expect((await failureOf(payment.capture('order'))).reason).toBe('PAYMENT_VOIDED');
    expect(await payment.charge('order')).toMatchObject({ state: 'VOIDED', captures: 0 });
  });

  test('a Refund completes a Void whose answer was lost, and is refused', async () => {
    await startWithLostAnswers('void', 1);
    await payment.authorize('order');
    expect(await failureOf(payment.void('order'))).toMatchObject(unavailable);
    expect((await failureOf(payment.refund('order'))).reason).toBe('PAYMENT_NOT_CAPTURED');
    expect((await payment.payment('order')).state).toBe(PaymentState.VOIDED);
  });

  test('a Void refuses a Capture whose answer was lost twice in a row, and a Refund gives the money back', async () => {
    await startWithLostAnswers('capture', 2);
    await payment.authorize('order');
    expect(await failureOf(payment.capture('order'))).toMatchObject(unavailable);
    expect(await failureOf(payment.capture('order'))).toMatchObject(unavailable);
    expect((await failureOf(payment.void('order'))).reason).toBe('PAYMENT_ALREADY_CAPTURED');
    expect((await payment.payment('order')).state).toBe(PaymentState.CAPTURED);
    await payment.refund('order');
    expect(await payment.charge('order')).toMatchObject({ state: 'REFUNDED', captures: 1, refunds: 1 });
  });

  test('a Void of an Authorize whose decline was not heard leaves nothing to recheck', async () => {
    await startWithLostAnswers('authorize', 1);
    expect(await failureOf(payment.authorize('order', { method: 'tok_declined' }))).toMatchObject(unavailable);
    expect((await payment.payment('order')).state).toBe(PaymentState.PENDING);
    expect(await payment.void('order')).toMatchObject({ state: PaymentState.VOIDED, providerReference: '' });
    expect(await payment.charge('order')).toMatchObject({ state: 'DECLINED' });
  });

  test('an Authorize of another amount is refused while the first one is unknown', async () => {
    await startWithLostAnswers('authorize', 1);
    expect(await failureOf(payment.authorize('order'))).toMatchObject(unavailable);
    const other = await failureOf(payment.authorize('order', { amountMinor: 999 }));
    expect(other.reason).toBe('PAYMENT_MISMATCH');
    expect((await payment.authorize('order')).amount?.minorUnits).toBe(1_000);
  });

  test.each([
    ['amount', { amountMinor: 999 }],
    ['payment id', { paymentId: 'other' }],
  ])(
    'an Authorize of another %s charges nothing when the first one never reached the provider',
    async (_what, other) => {
      let isReachable = false;
      payment = await startPayment({
        wrapProvider: (provider) => ({
          ...provider,
          authorize: (one, signal) =>
            isReachable ? provider.authorize(one, signal) : Promise.reject(new ProviderUnavailable()),
        }),
      });
      expect(await failureOf(payment.authorize('order'))).toMatchObject(unavailable);
      isReachable = true;
      expect((await failureOf(payment.authorize('order', other))).reason).toBe('PAYMENT_MISMATCH');
      expect(await payment.charge('order')).toBeUndefined();
      expect(await payment.charge('order', 'other')).toBeUndefined();
      expect((await payment.authorize('order')).state).toBe(PaymentState.AUTHORIZED);
      expect(await payment.charge('order')).toMatchObject({ amount_minor: 1_000, tries: 1 });
    },
  );
});
