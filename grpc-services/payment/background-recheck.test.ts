import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { startPayment, type TestPayment } from '../../tests/support/payment.ts';
import { failureOf } from '../../tests/support/unary-client.ts';
import { createLogger } from '../common/logger.ts';
import type { PaymentStore } from './payment-store.ts';
import { type PaymentProvider, ProviderUnavailable } from './provider/payment-provider.ts';
import { paymentService } from './service.ts';

const never = new AbortController().signal;

let payment: TestPayment;
let store: PaymentStore;
let provider: PaymentProvider;
let isProviderReachable: boolean;
let isRefundLost: boolean;
let lines: string[];
let now: number;

beforeEach(async () => {
  lines = [];
  now = Date.parse('2030-01-01T00:00:00Z');
  isProviderReachable = true;
  isRefundLost = false;
  payment = await startPayment({
    clock: () => now,
    wrapStore: (real) => {
      store = real;
      return real;
    },
    wrapProvider: (real) => {
      provider = {
        ...real,
        void: (key, signal) =>
          isProviderReachable ? real.void(key, signal) : Promise.reject(new ProviderUnavailable(new Error('no route'))),
      };
      return {
        ...real,
        authorize: () => Promise.reject(new Error('delayed in the network')),
        refund: (refund, signal) =>
          isRefundLost ? Promise.reject(new ProviderUnavailable()) : real.refund(refund, signal),
      };
    },
  });
  await failureOf(payment.authorize('order'));
  await payment.void('order');
  await provider.authorize({ key: 'order#pay', method: 'tok_visa', amountMinor: 1_000, currency: 'USD' }, never);
  now += 30_000;
});

afterEach(() => payment.close());

/** Another instance of the service, which logs to `lines`. */
function otherInstance() {
  const logger = createLogger('payment', 'info', { write: (line) => void lines.push(line) });
  return paymentService({ store, provider, clock: () => now, logger, recheckIntervalMs: 7_000 });
}

/** One round of its background work. */
async function round(): Promise<void> {
  const { background } = otherInstance();
  expect(background.map(({ name, intervalMs }) => [name, intervalMs])).toEqual([['recheck unknown outcomes', 7_000]]);
  for (const work of background) {
    await work.round(never);
  }
}

function logged(): readonly unknown[] {
  return lines.map((line) => JSON.parse(line));
}

test('a recheck that fails tells operators the order and the cause; the next one voids the charge, which is a warning', async () => {
  isProviderReachable = false;
  await round();
  expect(logged()).toMatchObject([
    {
      level: 'error',
      order_id: 'order',
      err: { cause: { message: 'no route' } },
      msg: 'the payment could not be rechecked',
    },
  ]);
  lines = [];
  isProviderReachable = true;
  await round();
  expect(logged()).toMatchObject([{ level: 'warn', late: 1, msg: 'late charges were voided' }]);
  expect(await payment.charge('order')).toMatchObject({ state: 'VOIDED' });
});

test('a recheck that finds nothing is silent', async () => {
  now -= 1;
  await round();
  expect(lines).toEqual([]);
});

test('a recheck that settles a refund tells how many, without a warning', async () => {
  await round();
  lines = [];
  await provider.authorize({ key: 'paid#pay', method: 'tok_visa', amountMinor: 1_000, currency: 'USD' }, never);
  // The first call is delayed in the network, the second one finds the charge.
  await failureOf(payment.authorize('paid'));
  await payment.authorize('paid');
  await payment.capture('paid');
  isRefundLost = true;
  await failureOf(payment.refund('paid'));
  isRefundLost = false;
  now += 30_000;
  await round();
  expect(logged()).toMatchObject([{ level: 'info', refunds: 1, msg: 'the outcome of refunds is known now' }]);
});

test('the service is not ready while its store does not answer', async () => {
  await expect(otherInstance().prepare(never)).resolves.toBeUndefined();
  const asked: AbortSignal[] = [];
  store = {
    ...store,
    find: (_orderId, signal) => {
      asked.push(signal);
      return Promise.reject(new Error('the store is away'));
    },
  };
  await expect(otherInstance().prepare(never)).rejects.toThrow('the store is away');
  expect(asked).toEqual([never]);
});
