import { afterEach, expect, test } from '@jest/globals';
import { startPayment, type TestPayment } from '../../tests/support/payment.ts';
import { failureOf } from '../../tests/support/unary-client.ts';
import { createLogger } from '../common/logger.ts';
import type { PaymentStore } from './payment-store.ts';
import { type Charge, ProviderUnavailable } from './provider/payment-provider.ts';

// A provider whose answers cannot be: the payment stays as it is, and the log of the service has the cause.
const never = new AbortController().signal;
const ACTION_REQUIRED: Charge = { state: 'ACTION_REQUIRED', reference: 'ch_1', actionUrl: '/' };
const AUTHORIZED: Charge = { state: 'AUTHORIZED', reference: 'ch_1' };
const CAPTURED: Charge = { state: 'CAPTURED', reference: 'ch_1' };
const DECLINED: Charge = { state: 'DECLINED', reason: 'PAYMENT_DECLINED' };

let payment: TestPayment;

afterEach(() => payment.close());

test.each<readonly [string, string, Charge | undefined, object, string]>([
  ['capture', 'authorized', AUTHORIZED, { intent: 'CAPTURE' }, "after a capture the provider's charge is AUTHORIZED"],
  ['capture', 'authorized', DECLINED, { intent: 'CAPTURE' }, "after a capture the provider's charge is DECLINED"],
  [
    'capture',
    'authorized',
    ACTION_REQUIRED,
    { intent: 'CAPTURE' },
    "after a capture the provider's charge is ACTION_REQUIRED",
  ],
  ['capture', 'authorized', undefined, { intent: 'CAPTURE' }, "after a capture the provider's charge is missing"],
  ['void', 'authorized', AUTHORIZED, { intent: 'VOID' }, "after a void the provider's charge is AUTHORIZED"],
  ['void', 'authorized', ACTION_REQUIRED, { intent: 'VOID' }, "after a void the provider's charge is ACTION_REQUIRED"],
  [
    'replace',
    'waiting',
    CAPTURED,
    { state: 'ACTION_REQUIRED', intent: 'REPLACE' },
    "an attempt that was never authorized here is CAPTURED in the provider's books",
  ],
  [
    'refund',
    'captured',
    undefined,
    { state: 'CAPTURED', refunds: [{ state: 'PENDING' }] },
    "a captured payment is not captured in the provider's books",
  ],
])(
  'a %s of an %s payment that the provider answers with %o is a defect',
  async (call, reached, charge, kept, cause) => {
    const lines: string[] = [];
    let store: PaymentStore | undefined;
    payment = await startPayment({
      settings: { logger: createLogger('payment', 'error', { write: (line) => void lines.push(line) }) },
      wrapStore: (real) => {
        store = real;
        return real;
      },
      wrapProvider: (provider) => ({
        ...provider,
        capture: async (key, signal) => (call === 'capture' ? charge : provider.capture(key, signal)),
        void: async () => charge,
        refund: async () => undefined,
      }),
    });
    await payment.authorize('order', { method: reached === 'waiting' ? 'tok_3ds' : 'tok_visa' });
    const calls: Readonly<Record<string, () => Promise<unknown>>> = {
      capture: () => payment.capture('order'),
      void: () => payment.void('order'),
      replace: () => payment.authorize('order', { paymentId: 'second' }),
      refund: async () => {
        await payment.capture('order');
        await payment.refund('order');
      },
    };
    expect(await failureOf(calls[call]?.() ?? Promise.reject(new Error(call)))).toMatchObject({
      code: 'INTERNAL',
      reason: 'INTERNAL',
    });
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ level: 'error', err: { message: cause } }]);
    expect(await store?.find('order', never)).toMatchObject(kept);
    expect(await payment.charge('order', 'second')).toBeUndefined();
  },
);

test.each<readonly [string, Charge | undefined, string]>([
  ['declined', { state: 'DECLINED', reason: 'INSUFFICIENT_FUNDS' }, 'INSUFFICIENT_FUNDS'],
  ['forgot', undefined, 'PAYMENT_DECLINED'],
])(
  'an attempt that is replaced, and that the provider %s, ends declined with a reason',
  async (_how, charge, reason) => {
    const written: unknown[] = [];
    payment = await startPayment({
      wrapStore: (store) => ({
        ...store,
        save: (previous, next, signal) => {
          written.push([next.state, next.decline_reason]);
          return store.save(previous, next, signal);
        },
      }),
      wrapProvider: (provider) => ({ ...provider, void: async () => charge }),
    });
    await payment.authorize('order', { method: 'tok_3ds' });
    await payment.authorize('order', { paymentId: 'second' });
    expect(written).toEqual([
      ['ACTION_REQUIRED', undefined],
      ['ACTION_REQUIRED', undefined],
      ['DECLINED', reason],
      ['PENDING', undefined],
      ['AUTHORIZED', undefined],
    ]);
  },
);

test('a charge is not captured while the intent to capture is not written', async () => {
  const asked: string[] = [];
  payment = await startPayment({
    wrapStore: (store) => ({ ...store, intendCapture: store.find }),
    wrapProvider: (provider) => ({
      ...provider,
      capture: (key, signal) => {
        asked.push(key);
        return provider.capture(key, signal);
      },
    }),
  });
  await payment.authorize('order');
  expect((await failureOf(payment.capture('order'))).code).toBe('INTERNAL');
  expect(asked).toEqual([]);
});

test('a Refund after a Capture whose charge the provider forgot is refused, and writes nothing', async () => {
  let isUp = true;
  payment = await startPayment({
    wrapProvider: (provider) => ({
      ...provider,
      capture: () => Promise.reject(new ProviderUnavailable()),
      find: (key, signal) => (isUp ? provider.find(key, signal) : Promise.resolve(undefined)),
    }),
  });
  await payment.authorize('order');
  await failureOf(payment.capture('order'));
  const before = await payment.payment('order');
  isUp = false;
  expect((await failureOf(payment.refund('order'))).reason).toBe('PAYMENT_NOT_CAPTURED');
  expect(await payment.payment('order')).toEqual(before);
});
