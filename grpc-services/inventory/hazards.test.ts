import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ReservationState } from '../../proto/gen/inventory/v1/inventory.ts';
import { itemInStock, startInventory, type TestInventory } from '../../tests/support/inventory.ts';
import { call, failureOf } from '../../tests/support/unary-client.ts';

let inventory: TestInventory;
const items = ['empty', 'hanging', 'late-commit', 'twice', 'sold', 'both', 'refused'];

beforeAll(async () => {
  inventory = await startInventory({ catalogue: items.map((id) => itemInStock(id, 10)) });
});

afterAll(() => inventory.close());

function two(itemId: string) {
  return [{ itemId, count: 2 }];
}

describe('empty compensation', () => {
  test('a Release without a reservation leaves a tombstone and moves no stock', async () => {
    expect(await inventory.release('empty')).toMatchObject({ state: ReservationState.RELEASED, lines: [] });
    expect(await inventory.stock('empty')).toMatchObject({ available: 10, held: 0, sold: 0 });
  });

  test('a Release keeps its reason, in a tombstone as in a reservation, and a repeated one does not change it', async () => {
    const { client, otherInstance } = inventory;
    await inventory.reserve('with-stock', two('twice'));
    const orders = ['with-stock', 'without-stock'];
    for (const orderId of orders) {
      await call(client, client.release, { orderId, reason: 'payment declined' });
      await call(client, client.release, { orderId, reason: 'another reason' });
    }
    const rows = orders.map((orderId) => otherInstance.reservations.find(orderId, new AbortController().signal));
    expect((await Promise.all(rows)).map((row) => row?.reason)).toEqual(['payment declined', 'payment declined']);
  });

  test('a repeated Release without a reservation gets the same answer', async () => {
    const first = await inventory.release('empty-twice');
    expect(await inventory.release('empty-twice')).toEqual(first);
  });

  test('a Release of a refused reservation moves no stock', async () => {
    await failureOf(inventory.reserve('refused', [{ itemId: 'refused', count: 11 }]));
    expect((await inventory.release('refused')).state).toBe(ReservationState.RELEASED);
    expect(await inventory.stock('refused')).toMatchObject({ stocked: 10, available: 10, held: 0 });
  });
});

describe('hanging', () => {
  test('a Reserve that arrives after its Release is refused and holds nothing', async () => {
    await inventory.release('hanging');
    expect(await failureOf(inventory.reserve('hanging', two('hanging')))).toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'RESERVATION_RELEASED',
    });
    expect(await inventory.stock('hanging')).toMatchObject({ available: 10, held: 0 });
  });

  test('a repeated Reserve and a Commit that arrive after Release are refused', async () => {
    await inventory.reserve('late-commit', two('late-commit'));
    await inventory.release('late-commit');
    expect((await failureOf(inventory.reserve('late-commit', two('late-commit')))).reason).toBe('RESERVATION_RELEASED');
    expect((await failureOf(inventory.commit('late-commit'))).reason).toBe('RESERVATION_RELEASED');
    expect(await inventory.stock('late-commit')).toMatchObject({ available: 10, held: 0, sold: 0 });
  });

  test('a Reserve that races its Release holds nothing in the end', async () => {
    for (let round = 0; round < 20; round++) {
      const order = `race-${round}`;
      await Promise.allSettled([inventory.reserve(order, two('both')), inventory.release(order)]);
      expect((await inventory.reservation(order)).state).toBe(ReservationState.RELEASED);
    }
    expect(await inventory.stock('both')).toMatchObject({ available: 10, held: 0 });
  });
});

describe('duplicates', () => {
  test('duplicate Reserves hold stock once', async () => {
    const copies = await Promise.all(Array.from({ length: 5 }, () => inventory.reserve('twice', two('twice'))));
    expect(new Set(copies.map(({ state }) => state))).toEqual(new Set([ReservationState.HELD]));
    expect(await inventory.stock('twice')).toMatchObject({ available: 8, held: 2 });
  });

  test('duplicate Releases release stock once', async () => {
    await Promise.all(Array.from({ length: 5 }, () => inventory.release('twice')));
    expect(await inventory.stock('twice')).toMatchObject({ available: 10, held: 0 });
  });

  test('duplicate Commits sell once, and then a Release is refused and a Reserve returns the sold reservation', async () => {
    await inventory.reserve('sold', two('sold'));
    await Promise.all(Array.from({ length: 5 }, () => inventory.commit('sold')));
    expect(await inventory.stock('sold')).toMatchObject({ stocked: 10, available: 8, held: 0, sold: 2 });
    expect(await failureOf(inventory.release('sold'))).toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'RESERVATION_COMMITTED',
    });
    expect((await inventory.reserve('sold', two('sold'))).state).toBe(ReservationState.COMMITTED);
    expect(await inventory.stock('sold')).toMatchObject({ available: 8, held: 0, sold: 2 });
  });
});

describe('an order without a reservation', () => {
  test('cannot be committed', async () => {
    expect(await failureOf(inventory.commit('unheard-of'))).toMatchObject({
      code: 'NOT_FOUND',
      reason: 'RESERVATION_NOT_FOUND',
    });
  });

  test('cannot be read', async () => {
    expect((await failureOf(inventory.reservation('unheard-of'))).reason).toBe('RESERVATION_NOT_FOUND');
  });
});
