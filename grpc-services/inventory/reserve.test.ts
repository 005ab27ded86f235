import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ReservationState } from '../../proto/gen/inventory/v1/inventory.ts';
import { itemInStock, startInventory, type TestInventory } from '../../tests/support/inventory.ts';
import { call, failureOf } from '../../tests/support/unary-client.ts';

let inventory: TestInventory;
let now = Date.parse('2030-01-01T00:00:00Z');

beforeAll(async () => {
  const catalogue = ['pen', 'ink', 'cap', 'nib', 'wax'].map((id) => itemInStock(id, 10));
  inventory = await startInventory({ clock: () => now, catalogue: [...catalogue, itemInStock('gone', 0)] });
});

afterAll(() => inventory.close());

describe('Reserve', () => {
  test('holds the stock of every line and returns prices, total and expiry', async () => {
    const reservation = await inventory.reserve(
      'whole-order',
      [
        { itemId: 'pen', count: 3 },
        { itemId: 'ink', count: 1 },
      ],
      90,
    );
    expect(reservation).toMatchObject({
      orderId: 'whole-order',
      state: ReservationState.HELD,
      lines: [
        { itemId: 'pen', name: 'name of pen', count: 3, unitPrice: { minorUnits: 500, currency: 'USD' } },
        { itemId: 'ink', name: 'name of ink', count: 1, unitPrice: { minorUnits: 500, currency: 'USD' } },
      ],
      total: { minorUnits: 2000, currency: 'USD' },
      expiresAt: new Date(now + 90_000),
    });
    expect(await inventory.stock('pen')).toMatchObject({ stocked: 10, available: 7, held: 3, sold: 0 });
    expect(await inventory.stock('ink')).toMatchObject({ stocked: 10, available: 9, held: 1, sold: 0 });
  });

  test('holds nothing when one of three lines is out of stock, and names that line', async () => {
    const lines = [
      { itemId: 'cap', count: 1 },
      { itemId: 'gone', count: 2 },
      { itemId: 'nib', count: 1 },
    ];
    expect(await failureOf(inventory.reserve('one-short', lines))).toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'OUT_OF_STOCK',
      domain: 'inventory.v1',
      metadata: { item_id: 'gone', requested: '2', available: '0' },
    });
    expect(await inventory.stock('cap')).toMatchObject({ available: 10, held: 0 });
    expect(await inventory.stock('nib')).toMatchObject({ available: 10, held: 0 });
  });

  test('refuses an unknown item and names it', async () => {
    expect(await failureOf(inventory.reserve('unknown-item', [{ itemId: 'no-such', count: 1 }]))).toMatchObject({
      code: 'NOT_FOUND',
      reason: 'ITEM_NOT_FOUND',
      metadata: { item_id: 'no-such' },
    });
  });

  test('repeats its refusal after a restock', async () => {
    const lines = [{ itemId: 'wax', count: 11 }];
    const first = await failureOf(inventory.reserve('refused', lines));
    const moreWax = { requestId: 'more-wax', itemId: 'wax', name: '', unitPrice: undefined, count: 5 };
    await call(inventory.client, inventory.client.restock, moreWax);
    const again = await failureOf(inventory.reserve('refused', lines));
    expect(again).toMatchObject({ reason: 'OUT_OF_STOCK', metadata: first.metadata });
    expect(await inventory.reservation('refused')).toMatchObject({ state: ReservationState.REFUSED });
    expect((await inventory.reserve('another-order', lines)).state).toBe(ReservationState.HELD);
  });

  test('refuses other lines for the same order id', async () => {
    await inventory.reserve('taken', [{ itemId: 'pen', count: 1 }]);
    expect(await failureOf(inventory.reserve('taken', [{ itemId: 'pen', count: 2 }]))).toMatchObject({
      code: 'ALREADY_EXISTS',
      reason: 'RESERVATION_MISMATCH',
    });
  });

  test('extends a hold when it is repeated, and never shortens it', async () => {
    const lines = [{ itemId: 'nib', count: 1 }];
    const first = await inventory.reserve('extended', lines, 100);
    now += 50_000;
    const longer = await inventory.reserve('extended', lines, 100);
    expect(longer.expiresAt).toEqual(new Date(Number(first.expiresAt) + 50_000));
    const shorter = await inventory.reserve('extended', lines, 10);
    expect(shorter.expiresAt).toEqual(longer.expiresAt);
    expect(await inventory.stock('nib')).toMatchObject({ available: 9, held: 1 });
  });

  test('accepts 50 lines in one transaction', async () => {
    const many = Array.from({ length: 50 }, (_, index) => itemInStock(`bulk-${index}`, 1));
    const shop = await startInventory({ catalogue: many });
    try {
      const reservation = await shop.reserve(
        'bulk',
        many.map(({ item_id }) => ({ itemId: item_id, count: 1 })),
      );
      expect(reservation.total).toEqual({ minorUnits: 25_000, currency: 'USD' });
      expect((await shop.commit('bulk')).state).toBe(ReservationState.COMMITTED);
    } finally {
      await shop.close();
    }
  });
});
