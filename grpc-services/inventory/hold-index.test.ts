import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { ReservationState } from '../../proto/gen/inventory/v1/inventory.ts';
import { itemInStock, startInventory, type TestInventory } from '../../tests/support/inventory.ts';
import { expireHolds } from './expire-holds.ts';
import type { Inventory } from './inventory.ts';
import { HOLD_BUCKETS, holdBucket } from './reservation.ts';

// The sweeper sees only what the index lists: a hold that is missing there keeps its stock for good.
let inventory: TestInventory;
let now: number;

beforeEach(async () => {
  now = Date.parse('2030-01-01T00:00:00Z');
  inventory = await startInventory({ clock: () => now, catalogue: [itemInStock('seat', 60)] });
});

afterEach(() => inventory.close());

const one = [{ itemId: 'seat', count: 1 }];
const never = new AbortController().signal;

/** The orders that the index lists, whenever their holds expire. */
async function indexed(): Promise<readonly string[]> {
  const { reservations } = inventory.otherInstance;
  const buckets = Array.from({ length: HOLD_BUCKETS }, (_, bucket) =>
    reservations.expiredHolds(String(bucket), Number.MAX_SAFE_INTEGER, 1_000, never),
  );
  return (await Promise.all(buckets)).flat().sort();
}

/** The first orders whose holds are in the bucket. */
function ordersIn(bucket: number, count: number): readonly string[] {
  return Array.from({ length: 2_000 }, (_, index) => `order-${index}`)
    .filter((order) => holdBucket(order) === String(bucket))
    .slice(0, count);
}

test('a hold that Reserve extended is swept when its new time is over', async () => {
  await inventory.reserve('extended', one, 10);
  now += 9_000;
  await inventory.reserve('extended', one, 10);
  now += 9_999;
  expect(await inventory.sweep()).toBe(0);
  now += 1;
  expect(await inventory.sweep()).toBe(1);
  expect((await inventory.reservation('extended')).state).toBe(ReservationState.EXPIRED);
  expect(await inventory.stock('seat')).toMatchObject({ available: 60, held: 0 });
});

test('the index lists holds alone: a committed, released, expired or refused reservation is not in it', async () => {
  for (const order of ['committed', 'released', 'kept']) {
    await inventory.reserve(order, one, 60);
  }
  await inventory.reserve('expired', one, 10);
  await expect(inventory.reserve('refused', [{ itemId: 'seat', count: 61 }])).rejects.toMatchObject({
    reason: 'OUT_OF_STOCK',
  });
  expect(await indexed()).toEqual(['committed', 'expired', 'kept', 'released']);
  await inventory.commit('committed');
  await inventory.release('released');
  await inventory.release('tombstone');
  now += 10_000;
  expect(await inventory.sweep()).toBe(1);
  expect(await indexed()).toEqual(['kept']);
});

test('the sweeper looks into every bucket, the first and the last included', async () => {
  const orders = Array.from({ length: HOLD_BUCKETS }, (_, bucket) => ordersIn(bucket, 1)).flat();
  expect(new Set(orders.map(holdBucket)).size).toBe(8);
  await Promise.all(orders.map((order) => inventory.reserve(order, one, 10)));
  now += 10_000;
  expect(await inventory.sweep()).toBe(8);
  expect(await indexed()).toEqual([]);
});

/** An inventory in which a hold cannot be read, and that tells which holds were asked for. */
function withUnreadable(isUnreadable: (orderId: string) => boolean) {
  const asked: string[] = [];
  const { reservations, ...others } = inventory.otherInstance;
  const unreadable: Inventory = {
    ...others,
    reservations: {
      ...reservations,
      find: (orderId, signal) => {
        asked.push(orderId);
        return isUnreadable(orderId)
          ? Promise.reject(new Error(`${orderId} cannot be read`))
          : reservations.find(orderId, signal);
      },
    },
  };
  return { unreadable, asked };
}

test('30 holds that cannot be expired are each reported once, and the holds behind them are expired', async () => {
  const orders = ordersIn(3, 60);
  expect(orders).toHaveLength(60);
  const broken = orders.slice(0, 30);
  await Promise.all(broken.map((order) => inventory.reserve(order, one, 9)));
  await Promise.all(orders.slice(30).map((order) => inventory.reserve(order, one, 10)));
  now += 10_000;
  const reported: (readonly [string, unknown])[] = [];
  const { unreadable } = withUnreadable((orderId) => broken.includes(orderId));
  const expired = await expireHolds(unreadable, never, (orderId, error) => reported.push([orderId, error]));
  expect(expired).toBe(30);
  expect(reported.map(([orderId]) => orderId).sort()).toEqual([...broken].sort());
  expect(reported[0]?.[1]).toEqual(new Error(`${reported[0]?.[0]} cannot be read`));
  expect(await indexed()).toEqual([...broken].sort());
});

test('a full batch of which none can be expired is tried once a round', async () => {
  const orders = ordersIn(5, 25);
  await Promise.all(orders.map((order) => inventory.reserve(order, one, 10)));
  now += 10_000;
  const { unreadable, asked } = withUnreadable(() => true);
  expect(await expireHolds(unreadable, never, () => undefined)).toBe(0);
  expect([...asked].sort()).toEqual([...orders].sort());
});

test('a sweep during a shutdown touches no further hold, and reports none as broken', async () => {
  const orders = ordersIn(0, 3);
  await Promise.all(orders.map((order) => inventory.reserve(order, one, 10)));
  now += 10_000;
  const shutdown = new AbortController();
  const reported: string[] = [];
  const { unreadable, asked } = withUnreadable(() => {
    shutdown.abort(new Error('shutting down'));
    return true;
  });
  const round = expireHolds(unreadable, shutdown.signal, (orderId) => reported.push(orderId));
  await expect(round).rejects.toThrow('shutting down');
  expect(reported).toEqual([]);
  expect(asked).toHaveLength(1);
  expect(await indexed()).toHaveLength(3);
});
