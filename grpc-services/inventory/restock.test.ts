import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { RestockRequest } from '../../proto/gen/inventory/v1/inventory.ts';
import { itemInStock, startInventory, type TestInventory } from '../../tests/support/inventory.ts';
import { call, failureOf } from '../../tests/support/unary-client.ts';

let inventory: TestInventory;

beforeAll(async () => {
  inventory = await startInventory({ catalogue: [itemInStock('known', 3)] });
});

afterAll(() => inventory.close());

function restock(request: Partial<RestockRequest> & Pick<RestockRequest, 'requestId' | 'itemId'>) {
  const { client } = inventory;
  return call(client, client.restock, { name: '', unitPrice: undefined, count: 1, ...request });
}

describe('Restock', () => {
  test('adds stock once per request id, even for simultaneous duplicates', async () => {
    await Promise.all(Array.from({ length: 5 }, () => restock({ requestId: 'r1', itemId: 'known', count: 4 })));
    expect(await inventory.stock('known')).toMatchObject({ stocked: 7, available: 7, name: 'name of known' });
  });

  test('creates a new item with its name and price', async () => {
    const unitPrice = { minorUnits: 250, currency: 'EUR' };
    const { item } = await restock({ requestId: 'r2', itemId: 'new', name: 'brand new', unitPrice, count: 9 });
    expect(item).toMatchObject({ id: 'new', name: 'brand new', unitPrice, stocked: 9, available: 9, held: 0, sold: 0 });
  });

  test('changes the name and price of an existing item when they are given', async () => {
    const unitPrice = { minorUnits: 1, currency: 'USD' };
    const request = { requestId: 'r3', itemId: 'known', name: 'renamed', unitPrice, count: 1 };
    expect((await restock(request)).item).toMatchObject({ name: 'renamed', unitPrice });
  });

  test('refuses a new item without name or price, and names the field', async () => {
    expect(await failureOf(restock({ requestId: 'r4', itemId: 'nameless' }))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      metadata: { field: 'name' },
    });
    expect(await failureOf(restock({ requestId: 'r4', itemId: 'priceless', name: 'priceless' }))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      metadata: { field: 'unit_price' },
    });
  });

  test.each([
    ['another item', { itemId: 'known' }],
    ['another count', { count: 2 }],
    ['another name', { name: 'other' }],
    ['another price', { unitPrice: { minorUnits: 6, currency: 'USD' } }],
    ['another currency', { unitPrice: { minorUnits: 5, currency: 'EUR' } }],
    ['no price', { unitPrice: undefined }],
  ])('refuses the request id of another restock: %s', async (what, change) => {
    const request = {
      requestId: what.replaceAll(' ', '-'),
      itemId: 'repeated',
      name: 'repeated',
      unitPrice: { minorUnits: 5, currency: 'USD' },
    };
    const { stocked } = (await restock(request)).item ?? {};
    expect(await failureOf(restock({ ...request, ...change }))).toMatchObject({
      code: 'ALREADY_EXISTS',
      reason: 'RESTOCK_MISMATCH',
    });
    expect((await inventory.stock('repeated')).stocked).toBe(stocked);
  });

  test('that is repeated returns the item as it is now', async () => {
    const first = {
      requestId: 'first',
      itemId: 'counted',
      name: 'counted',
      unitPrice: { minorUnits: 5, currency: 'USD' },
    };
    await restock({ ...first, count: 10 });
    await restock({ requestId: 'second', itemId: 'counted', count: 5 });
    expect((await restock({ ...first, count: 10 })).item).toMatchObject({ stocked: 15, available: 15 });
  });

  test('keeps the price of an item when only its name is given, and its name when only its price is', async () => {
    const unitPrice = { minorUnits: 80, currency: 'EUR' };
    await restock({ requestId: 'k1', itemId: 'kept', name: 'old name', unitPrice });
    expect((await restock({ requestId: 'k2', itemId: 'kept', name: 'new name' })).item).toMatchObject({ unitPrice });
    const dollars = { minorUnits: 90, currency: 'USD' };
    const { item } = await restock({ requestId: 'k3', itemId: 'kept', unitPrice: dollars });
    expect(item).toMatchObject({ name: 'new name', unitPrice: dollars, stocked: 3, available: 3 });
  });

  test('counts both first restocks of a new item that arrive at the same time', async () => {
    const unitPrice = { minorUnits: 1, currency: 'USD' };
    const both = ['n1', 'n2'].map((requestId) =>
      restock({ requestId, itemId: 'brisk', name: 'brisk', unitPrice, count: 3 }),
    );
    await Promise.all(both);
    expect(await inventory.stock('brisk')).toMatchObject({ stocked: 6, available: 6 });
  });

  test('leaves held and sold stock alone', async () => {
    await restock({
      requestId: 'm1',
      itemId: 'moving',
      name: 'moving',
      unitPrice: { minorUnits: 1, currency: 'USD' },
      count: 5,
    });
    await inventory.reserve('holds', [{ itemId: 'moving', count: 1 }]);
    await inventory.reserve('buys', [{ itemId: 'moving', count: 2 }]);
    await inventory.commit('buys');
    const { item } = await restock({ requestId: 'm2', itemId: 'moving', count: 4 });
    expect(item).toMatchObject({ stocked: 9, available: 6, held: 1, sold: 2 });
  });
});
