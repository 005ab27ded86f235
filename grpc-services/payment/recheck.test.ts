import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { PaymentState } from '../../proto/gen/payment/v1/payment.ts';
import { startPayment, type TestPayment } from '../../tests/support/payment.ts';
import { failureOf } from '../../tests/support/unary-client.ts';
import type { PaymentStore } from './payment-store.ts';
import type { PaymentProvider } from './provider/payment-provider.ts';
import { recheckOutcomes } from './recheck.ts';

// A Void that finds no charge is rechecked 30 s, 5 min and 1 h later, because the charge may still be on its way.
const START = Date.parse('2030-01-01T00:00:00Z');
const never = new AbortController().signal;

let payment: TestPayment;
let store: PaymentStore;
let provider: PaymentProvider;
let now: number;
let isProviderReachable: boolean;
/** The keys that the provider was asked to void. */
let voids: string[];

beforeEach(async () => {
  now = START;
  isProviderReachable = false;
  payment = await startPayment({
    clock: () => now,
    wrapStore: (real) => {
      store = real;
      return real;
    },
    wrapProvider: (real) => {
      provider = {
        ...real,
        void: (key, signal) => {
          voids.push(key);
          return real.void(key, signal);
        },
      };
      return {
        ...real,
        authorize: (authorization, signal) =>
          isProviderReachable
            ? real.authorize(authorization, signal)
            : Promise.reject(new Error('the request is delayed in the network')),
      };
    },
  });
  voids = [];
});

afterEach(() => payment.close());

/** Voids the payments of orders whose Authorize has not reached the provider. */
async function voidBeforeCharge(...orders: readonly string[]): Promise<void> {
  await Promise.all(
    orders.map(async (order) => {
      await failureOf(payment.authorize(order));
      await payment.void(order);
    }),
  );
}

/** Lets the request of an Authorize reach the provider after all. */
async function arriveLate(order: string, method = 'tok_visa'): Promise<void> {
  await provider.authorize({ key: `${order}#pay`, method, amountMinor: 1_000, currency: 'USD' }, never);
}

async function recheck(report: (orderId: string, error: unknown) => void = () => undefined, signal = never) {
  return (await recheckOutcomes({ store, provider, clock: () => now }, signal, report)).lateCharges;
}

/** The orders that the index lists, whenever they are due. */
function indexed(): Promise<readonly string[]> {
  return store.dueForRecheck(Number.MAX_SAFE_INTEGER, 1_000, never);
}

test('a voided payment is rechecked 30 s, 5 min and 1 h later, not a moment earlier, and then no more', async () => {
  await voidBeforeCharge('order');
  for (const [pause, rechecks] of [
    [30_000, 1],
    [300_000, 2],
    [3_600_000, 3],
  ] as const) {
    now += pause - 1;
    expect(await recheck()).toBe(0);
    expect(voids).toHaveLength(rechecks - 1);
    now += 1;
    expect(await recheck()).toBe(0);
    expect(voids).toEqual(Array.from({ length: rechecks }, () => 'order#pay'));
  }
  expect(await indexed()).toEqual([]);
  now += 365 * 86_400_000;
  expect(await recheck()).toBe(0);
  expect(voids).toHaveLength(3);
});

test.each([
  ['30 s', [30_000]],
  ['5 min', [30_000, 300_000]],
  ['1 h', [30_000, 300_000, 3_600_000]],
] as const)('a charge that appears before the recheck after %s is voided by it, once', async (_when, pauses) => {
  await voidBeforeCharge('order');
  const late: number[] = [];
  for (const [index, pause] of pauses.entries()) {
    if (index === pauses.length - 1) {
      await arriveLate('order');
      expect(await payment.charge('order')).toMatchObject({ state: 'AUTHORIZED' });
    }
    now += pause;
    late.push(await recheck());
  }
  expect(late).toEqual([...pauses.slice(1).map(() => 0), 1]);
  const charge = await payment.charge('order');
  expect(charge).toMatchObject({ state: 'VOIDED' });
  expect(await payment.payment('order')).toMatchObject({
    state: PaymentState.VOIDED,
    providerReference: charge?.reference,
  });
  expect(await indexed()).toEqual([]);
});

test('a charge that appears late and declined is not counted as voided, and ends the rechecks', async () => {
  await voidBeforeCharge('order');
  await arriveLate('order', 'tok_declined');
  now += 30_000;
  expect(await recheck()).toBe(0);
  expect(voids).toEqual(['order#pay']);
  expect(await payment.payment('order')).toMatchObject({ state: PaymentState.VOIDED, providerReference: '' });
  expect(await indexed()).toEqual([]);
});

test('the index lists only payments whose Void found no charge', async () => {
  await voidBeforeCharge('no-charge');
  isProviderReachable = true;
  await payment.void('no-payment');
  await payment.authorize('charged');
  await payment.void('charged');
  await payment.authorize('authorized');
  await failureOf(payment.authorize('declined', { method: 'tok_declined' }));
  await payment.void('declined');
  expect(await indexed()).toEqual(['no-charge']);
});

test('a round rechecks more payments than one query of the index lists', async () => {
  const orders = Array.from({ length: 52 }, (_, index) => `order-${index}`);
  await voidBeforeCharge(...orders);
  await Promise.all(orders.map((order) => arriveLate(order)));
  now += 30_000;
  expect(await recheck()).toBe(52);
  expect(await recheck()).toBe(0);
  const charges = await Promise.all(orders.map((order) => payment.charge(order)));
  expect(charges.map((charge) => charge?.state)).toEqual(orders.map(() => 'VOIDED'));
});

describe('a round with payments that cannot be rechecked', () => {
  test('reaches those behind them, however many stay at the head of the index', async () => {
    const broken = Array.from({ length: 60 }, (_, index) => `broken-${index}`);
    await voidBeforeCharge(...broken);
    now += 1;
    await voidBeforeCharge('behind');
    await arriveLate('behind');
    now += 30_000;
    const { find } = store;
    store = {
      ...store,
      find: (orderId, signal) =>
        orderId.startsWith('broken') ? Promise.reject(new Error('cannot be read')) : find(orderId, signal),
    };
    const reported: string[] = [];
    expect(await recheck((orderId) => reported.push(orderId))).toBe(1);
    expect(await payment.charge('behind')).toMatchObject({ state: 'VOIDED' });
    // Each of them once.
    expect(reported.toSorted()).toEqual(broken.toSorted());
  });

  test('reports each of two in a row, rechecks the others, and tries the two again in the next round', async () => {
    await voidBeforeCharge('first', 'second');
    now += 1;
    await voidBeforeCharge('third');
    await Promise.all(['first', 'second', 'third'].map((order) => arriveLate(order)));
    now += 30_000;
    const { find } = store;
    store = {
      ...store,
      find: (orderId, signal) =>
        orderId === 'third' ? find(orderId, signal) : Promise.reject(new Error(`${orderId} cannot be read`)),
    };
    const reported: (readonly [string, unknown])[] = [];
    expect(await recheck((...report) => reported.push(report))).toBe(1);
    expect(reported.sort()).toEqual([
      ['first', new Error('first cannot be read')],
      ['second', new Error('second cannot be read')],
    ]);
    store = { ...store, find };
    expect(await recheck()).toBe(2);
  });

  test('does not report a payment that another instance rechecked meanwhile', async () => {
    await voidBeforeCharge('order');
    now += 30_000;
    const reported: string[] = [];
    const instances = Array.from({ length: 3 }, () => recheck((orderId) => reported.push(orderId)));
    expect(await Promise.all(instances)).toEqual([0, 0, 0]);
    expect(reported).toEqual([]);
    expect(await indexed()).toEqual(['order']);
    now += 300_000 - 1;
    expect(await store.dueForRecheck(now, 10, never)).toEqual([]);
  });

  test('ends at a shutdown, and reports none as broken', async () => {
    await voidBeforeCharge('first', 'second');
    now += 30_000;
    const shutdown = new AbortController();
    const asked: string[] = [];
    store = {
      ...store,
      find: (orderId) => {
        asked.push(orderId);
        shutdown.abort(new Error('shutting down'));
        return Promise.reject(new Error('aborted'));
      },
    };
    const reported: string[] = [];
    const round = recheck((orderId) => reported.push(orderId), shutdown.signal);
    await expect(round).rejects.toThrow('shutting down');
    expect(reported).toEqual([]);
    expect(asked).toHaveLength(1);
  });
});

test('a stale index never voids the charge of a payment that is not due', async () => {
  isProviderReachable = true;
  await payment.authorize('alive');
  const { dueForRecheck: _stale, ...others } = store;
  store = { ...others, dueForRecheck: async () => ['alive', 'unheard-of'] };
  expect(await recheck()).toBe(0);
  expect(voids).toEqual([]);
  expect(await payment.charge('alive')).toMatchObject({ state: 'AUTHORIZED' });
});

test('a stale index never makes a recheck earlier than it is due', async () => {
  await voidBeforeCharge('order');
  now += 29_999;
  store = { ...store, dueForRecheck: async () => ['order'] };
  expect(await recheck()).toBe(0);
  expect(voids).toEqual([]);
  now += 1;
  await recheck();
  expect(voids).toEqual(['order#pay']);
});

describe('a round', () => {
  /** Lists as many orders as asked for, or fewer on the last page. Returns the limits that were asked for. */
  function listPages(sizes: readonly (number | undefined)[]): readonly number[] {
    const limits: number[] = [];
    const orders = Array.from({ length: 2_000 }, (_, index) => `order-${index}`);
    store = {
      ...store,
      dueForRecheck: async (_now, limit) => {
        limits.push(limit);
        return orders.slice(0, sizes[limits.length - 1] ?? limit);
      },
      find: async () => undefined,
    };
    return limits;
  }

  test('asks for 50 payments more each time, until it gets fewer than it asked for', async () => {
    const limits = listPages([50, 100, 149]);
    expect(await recheck()).toBe(0);
    expect(limits).toEqual([50, 100, 150]);
  });

  test('of an index that does not end stops after 20 queries, and leaves the rest to the next one', async () => {
    const limits = listPages([]);
    expect(await recheck()).toBe(0);
    expect(limits).toEqual(Array.from({ length: 20 }, (_, index) => 50 * (index + 1)));
  });

  test('asks for nothing once the service stops', async () => {
    const limits = listPages([]);
    expect(await recheck(() => undefined, AbortSignal.abort())).toBe(0);
    expect(limits).toEqual([]);
  });
});
