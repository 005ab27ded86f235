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

  test('refuses a request id of another restock', async () => {
    await restock({ requestId: 'r5', itemId: 'known', count: 1 });
    expect(await failureOf(restock({ requestId: 'r5', itemId: 'known', count: 2 }))).toMatchObject({
      code: 'ALREADY_EXISTS',
      reason: 'RESTOCK_MISMATCH',
    });
  });
});
