import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { itemInStock, startInventory, type TestInventory } from '../../tests/support/inventory.ts';
import { call, failureOf } from '../../tests/support/unary-client.ts';

let inventory: TestInventory;
const NOW = Date.parse('2030-01-01T00:00:00Z');

beforeEach(async () => {
  inventory = await startInventory({ clock: () => NOW, catalogue: [itemInStock('seat', 1_000)] });
});

afterEach(() => inventory.close());

function page(pageSize: number, pageToken = '') {
  return call(inventory.client, inventory.client.listHolds, { pageSize, pageToken });
}

async function allPages(pageSize: number): Promise<string[]> {
  const seen: string[] = [];
  let token = '';
  do {
    const { reservations, nextPageToken } = await page(pageSize, token);
    expect(reservations.length).toBeLessThanOrEqual(pageSize);
    seen.push(...reservations.map(({ orderId }) => orderId));
    token = nextPageToken;
  } while (token !== '');
  return seen;
}

describe('ListHolds', () => {
  test.each([1, 7, 40, 100])('returns every hold once, the earliest end first, in pages of %i', async (pageSize) => {
    const orders = Array.from({ length: 40 }, (_, index) => `order-${index}`);
    await Promise.all(
      orders.map((order, index) => inventory.reserve(order, [{ itemId: 'seat', count: 1 }], 40 - index)),
    );
    expect(await allPages(pageSize)).toEqual(orders.toReversed());
  });

  test('returns every hold once when all end at the same moment', async () => {
    const orders = Array.from({ length: 30 }, (_, index) => `order-${index}`);
    await Promise.all(orders.map((order) => inventory.reserve(order, [{ itemId: 'seat', count: 1 }], 60)));
    expect((await allPages(4)).toSorted()).toEqual(orders.toSorted());
  });

  test('says what is held and since when, and leaves out what was released, sold or refused', async () => {
    await inventory.reserve('held', [{ itemId: 'seat', count: 3 }], 60);
    await inventory.reserve('sold', [{ itemId: 'seat', count: 1 }], 60);
    await inventory.commit('sold');
    await inventory.reserve('released', [{ itemId: 'seat', count: 1 }], 60);
    await inventory.release('released');
    await failureOf(inventory.reserve('refused', [{ itemId: 'seat', count: 10_000 }]));
    const { reservations, nextPageToken } = await page(0);
    expect(reservations).toMatchObject([
      {
        orderId: 'held',
        lines: [{ itemId: 'seat', count: 3 }],
        createdAt: new Date(NOW),
        expiresAt: new Date(NOW + 60_000),
      },
    ]);
    expect(reservations).toHaveLength(1);
    expect(nextPageToken).toBe('');
  });

  test.each([
    ['a text', 'Ww=='],
    ['a bucket that is none', Buffer.from('{"x":[1,"order"]}').toString('base64url')],
    ['a key of another kind', Buffer.from('{"0":[1,"correction#1"]}').toString('base64url')],
    ['a time that is none', Buffer.from('{"0":["1","order"]}').toString('base64url')],
    ['2,001 characters', 'x'.repeat(2_001)],
  ])('refuses a page token with %s', async (_what, token) => {
    expect(await failureOf(page(10, token))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      metadata: { field: 'page_token' },
    });
  });

  test.each(['99', '__proto__'])(
    'ignores bucket %s in a page token, because it has none of that name',
    async (bucket) => {
      await inventory.reserve('held', [{ itemId: 'seat', count: 1 }]);
      const token = Buffer.from(`{"${bucket}":[1,"order"]}`).toString('base64url');
      expect((await page(10, token)).reservations).toHaveLength(1);
    },
  );

  test('refuses page sizes that it does not have', async () => {
    expect((await failureOf(page(101))).metadata).toEqual({ field: 'page_size' });
    expect((await failureOf(page(-1))).metadata).toEqual({ field: 'page_size' });
  });
});
