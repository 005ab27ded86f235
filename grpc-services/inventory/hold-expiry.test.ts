import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { eventuallySucceeds } from '../../embedded/eventually.ts';
import { ReservationState } from '../../proto/gen/inventory/v1/inventory.ts';
import { itemInStock, startInventory, type TestInventory } from '../../tests/support/inventory.ts';
import { failureOf } from '../../tests/support/unary-client.ts';
import { expireHolds } from './expire-holds.ts';
import type { Inventory } from './inventory.ts';
import { holdBucket } from './reservation.ts';

let inventory: TestInventory;
let now: number;

beforeEach(async () => {
  now = Date.parse('2030-01-01T00:00:00Z');
  inventory = await startInventory({ clock: () => now, catalogue: [itemInStock('seat', 4)] });
});

afterEach(() => inventory.close());

const two = [{ itemId: 'seat', count: 2 }];

test('the sweeper releases expired holds and leaves the others', async () => {
  await inventory.reserve('short', two, 10);
  await inventory.reserve('long', two, 20);
  now += 10_000;
  expect(await inventory.sweep()).toBe(1);
  expect((await inventory.reservation('short')).state).toBe(ReservationState.EXPIRED);
  expect((await inventory.reservation('long')).state).toBe(ReservationState.HELD);
  expect(await inventory.stock('seat')).toMatchObject({ available: 2, held: 2 });
  expect(await inventory.sweep()).toBe(0);
});

test('sweepers of several instances release each hold once', async () => {
  await inventory.reserve('one', two, 10);
  await inventory.reserve('two', two, 10);
  now += 10_000;
  const counts = await Promise.all([inventory.sweep(), inventory.sweep(), inventory.sweep()]);
  expect(counts.reduce((sum, count) => sum + count)).toBe(2);
  expect(await inventory.stock('seat')).toMatchObject({ available: 4, held: 0 });
});

test('the sweeper releases more holds than a batch in one round', async () => {
  await inventory.close();
  inventory = await startInventory({ clock: () => now, catalogue: [itemInStock('seat', 60)] });
  const orders = Array.from({ length: 1_000 }, (_, index) => `many-${index}`)
    .filter((order) => holdBucket(order) === '0')
    .slice(0, 60);
  await Promise.all(orders.map((order) => inventory.reserve(order, [{ itemId: 'seat', count: 1 }], 10)));
  now += 10_000;
  expect(await inventory.sweep()).toBe(60);
  expect(await inventory.stock('seat')).toMatchObject({ available: 60, held: 0 });
});

test('the service sweeps expired holds in the background', async () => {
  await inventory.close();
  inventory = await startInventory({ clock: () => now, sweepIntervalMs: 5, catalogue: [itemInStock('seat', 4)] });
  await inventory.reserve('left', two, 10);
  now += 10_000;
  await eventuallySucceeds(async () =>
    expect((await inventory.reservation('left')).state).toBe(ReservationState.EXPIRED),
  );
  expect(await inventory.stock('seat')).toMatchObject({ available: 4, held: 0 });
});

test('Reserve of an order with an expired hold is refused', async () => {
  await inventory.reserve('late', two, 10);
  now += 10_000;
  await inventory.sweep();
  expect(await failureOf(inventory.reserve('late', two))).toMatchObject({
    code: 'FAILED_PRECONDITION',
    reason: 'RESERVATION_EXPIRED',
  });
});

test('Commit of an expired hold takes the stock again if there is enough', async () => {
  await inventory.reserve('late', two, 10);
  now += 10_000;
  await inventory.sweep();
  expect((await inventory.commit('late')).state).toBe(ReservationState.COMMITTED);
  expect(await inventory.stock('seat')).toMatchObject({ stocked: 4, available: 2, held: 0, sold: 2 });
});

test('Commit of an expired hold is refused and sells nothing when the stock is gone', async () => {
  await inventory.reserve('late', two, 10);
  now += 10_000;
  await inventory.sweep();
  await inventory.reserve('faster', [{ itemId: 'seat', count: 3 }]);
  expect(await failureOf(inventory.commit('late'))).toMatchObject({
    code: 'FAILED_PRECONDITION',
    reason: 'RESERVATION_EXPIRED',
  });
  expect(await inventory.stock('seat')).toMatchObject({ available: 1, held: 3, sold: 0 });
});

test('Commit of an expired hold before its sweep sells it once', async () => {
  await inventory.reserve('late', two, 10);
  now += 10_000;
  await inventory.commit('late');
  expect(await inventory.sweep()).toBe(0);
  expect(await inventory.stock('seat')).toMatchObject({ available: 2, held: 0, sold: 2 });
});

test('Release of an expired hold moves no stock, and a later Commit is refused', async () => {
  await inventory.reserve('late', two, 10);
  now += 10_000;
  await inventory.sweep();
  expect((await inventory.release('late')).state).toBe(ReservationState.RELEASED);
  expect((await failureOf(inventory.commit('late'))).reason).toBe('RESERVATION_RELEASED');
  expect(await inventory.stock('seat')).toMatchObject({ available: 4, held: 0, sold: 0 });
});

test('a hold that Reserve extended in time is not swept', async () => {
  await inventory.reserve('kept', two, 10);
  now += 9_000;
  await inventory.reserve('kept', two, 10);
  now += 1_000;
  expect(await inventory.sweep()).toBe(0);
  expect(await inventory.stock('seat')).toMatchObject({ held: 2 });
});

/** An inventory whose index still lists these orders, as an eventually consistent index may for a while. */
function withStaleIndex(orders: readonly string[]): Inventory {
  const { reservations, ...others } = inventory.otherInstance;
  return {
    ...others,
    reservations: { ...reservations, expiredHolds: async (bucket) => (bucket === '0' ? orders : []) },
  };
}

const never = new AbortController().signal;

test('a stale index never expires a hold that was extended, committed or released', async () => {
  await inventory.reserve('extended', two, 10);
  await inventory.reserve('committed', [{ itemId: 'seat', count: 1 }], 10);
  await inventory.reserve('released', [{ itemId: 'seat', count: 1 }], 10);
  now += 9_000;
  await inventory.reserve('extended', two, 10);
  await inventory.commit('committed');
  await inventory.release('released');
  now += 1_000;
  const stale = withStaleIndex(['extended', 'committed', 'released']);
  expect(await expireHolds(stale, never, () => undefined)).toBe(0);
  expect(await inventory.stock('seat')).toMatchObject({ available: 1, held: 2, sold: 1 });
});

test('a hold that cannot be expired is reported, and the others are expired', async () => {
  await inventory.reserve('sound', two, 10);
  now += 10_000;
  const { reservations, ...others } = withStaleIndex(['broken', 'sound']);
  const broken: Inventory = {
    ...others,
    reservations: {
      ...reservations,
      find: (orderId, signal) =>
        orderId === 'broken' ? Promise.reject(new Error('not a reservation')) : reservations.find(orderId, signal),
    },
  };
  const reported: string[] = [];
  expect(await expireHolds(broken, never, (orderId) => reported.push(orderId))).toBe(1);
  expect(reported).toEqual(['broken']);
});
