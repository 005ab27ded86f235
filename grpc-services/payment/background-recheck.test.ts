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
let lines: string[];
let now: number;

beforeEach(async () => {
  lines = [];
  now = Date.parse('2030-01-01T00:00:00Z');
  isProviderReachable = true;
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
      return { ...real, authorize: () => Promise.reject(new Error('delayed in the network')) };
    },
  });
  await failureOf(payment.authorize('order'));
  await payment.void('order');
  await provider.authorize({ key: 'order#pay', method: 'tok_visa', amountMinor: 1_000, currency: 'USD' }, never);
  now += 30_000;
});

afterEach(() => payment.close());

/** One round of every background work of a service that logs to `lines`. */
async function round(): Promise<void> {
  const logger = createLogger('payment', 'info', { write: (line) => void lines.push(line) });
  const { background } = paymentService({ store, provider, clock: () => now, logger, recheckIntervalMs: 7_000 });
  expect(background.length).toBeGreaterThan(0);
  for (const work of background) {
    expect(work.intervalMs).toBe(7_000);
    await work.round(never);
  }
}

function logged(): readonly unknown[] {
  return lines.map((line) => JSON.parse(line));
}

test('a recheck that fails tells operators the order and the cause; the next one voids the charge, which is a warning', async () => {
  isProviderReachable = false;
  await round();
  expect(logged()).toMatchObject([{ level: 'error', order_id: 'order', err: { cause: { message: 'no route' } } }]);
  lines = [];
  isProviderReachable = true;
  await round();
  expect(logged()).toMatchObject([{ level: 'warn', late: 1 }]);
  expect(await payment.charge('order')).toMatchObject({ state: 'VOIDED' });
});

test('a recheck that finds nothing is silent', async () => {
  now -= 1;
  await round();
  expect(lines).toEqual([]);
});
