import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ReleaseRequest, RestockRequest } from '../../proto/gen/inventory/v1/inventory.ts';
import { itemInStock, startInventory, type TestInventory } from '../../tests/support/inventory.ts';
import { call, failureOf } from '../../tests/support/unary-client.ts';

// What Reserve refuses is in common/hostile-requests.test.ts.
let inventory: TestInventory;

beforeAll(async () => {
  inventory = await startInventory({ catalogue: [itemInStock('pen', 1_000_000)] });
});

afterAll(() => inventory.close());

function restock(change: Partial<RestockRequest>) {
  const request = { requestId: 'request', itemId: 'pen', name: '', unitPrice: undefined, count: 1 };
  return call(inventory.client, inventory.client.restock, { ...request, ...change });
}

function release(change: Partial<ReleaseRequest>) {
  return call(inventory.client, inventory.client.release, { orderId: 'order', reason: 'test', ...change });
}

const price = { minorUnits: 1, currency: 'USD' };

describe('a request outside its limits is refused with the name of the field', () => {
  test.each<readonly [string, string, () => Promise<unknown>]>([
    ['Release without an order', 'order_id', () => release({ orderId: '' })],
    ['Release for a reason of 501 characters', 'reason', () => release({ reason: 'x'.repeat(501) })],
    ['Commit without an order', 'order_id', () => inventory.commit('')],
    ['GetReservation of what is not an order', 'order_id', () => inventory.reservation('restock#request')],
    ['Restock without a request id', 'request_id', () => restock({ requestId: '' })],
    ['Restock without an item', 'item_id', () => restock({ itemId: '' })],
    ['Restock with a name of 201 characters', 'name', () => restock({ name: 'x'.repeat(201) })],
    ['Restock of nothing', 'count', () => restock({ count: 0 })],
    ['Restock of more than a billion', 'count', () => restock({ count: 1_000_000_001 })],
    [
      'Restock at a negative price',
      'unit_price.minor_units',
      () => restock({ unitPrice: { ...price, minorUnits: -1 } }),
    ],
    [
      'Restock in an unknown currency',
      'unit_price.currency',
      () => restock({ unitPrice: { ...price, currency: 'XQZ' } }),
    ],
  ])('%s', async (_what, field, send) => {
    expect(await failureOf(send())).toMatchObject({ code: 'INVALID_ARGUMENT', metadata: { field } });
  });
});

describe('a request at its limits is accepted', () => {
  test.each<readonly [string, () => Promise<unknown>]>([
    ['Release for a reason of 500 characters', () => release({ orderId: 'x'.repeat(64), reason: 'x'.repeat(500) })],
    ['Restock with a name of 200 characters', () => restock({ requestId: 'name', name: 'x'.repeat(200) })],
    ['Restock of a billion', () => restock({ requestId: 'billion', count: 1_000_000_000 })],
    ['Restock at the price of 0', () => restock({ requestId: 'free', unitPrice: { ...price, minorUnits: 0 } })],
    [
      'Restock with ids of 64 characters of every allowed kind',
      () => restock({ requestId: 'aZ09._:-'.repeat(8), itemId: 'aZ09._:-'.repeat(8), name: 'new', unitPrice: price }),
    ],
    [
      'Reserve of a million pieces for 60 days',
      () => inventory.reserve('large', [{ itemId: 'pen', count: 1_000_000 }], 5_184_000),
    ],
    [
      'ListItems with the token of an item whose id has 64 characters',
      () => {
        const pageToken = Buffer.from('x'.repeat(64)).toString('base64url');
        return call(inventory.client, inventory.client.listItems, { pageSize: 1, pageToken });
      },
    ],
  ])('%s', async (_what, send) => {
    await expect(send()).resolves.toBeDefined();
  });
});
