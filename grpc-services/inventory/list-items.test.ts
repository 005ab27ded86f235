import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { itemInStock, startInventory, type TestInventory } from '../../tests/support/inventory.ts';
import { call, failureOf } from '../../tests/support/unary-client.ts';

let inventory: TestInventory;
const ids = Array.from({ length: 130 }, (_, index) => `item-${String(index).padStart(3, '0')}`);

beforeAll(async () => {
  inventory = await startInventory({ catalogue: ids.toReversed().map((id) => itemInStock(id, 1)) });
});

afterAll(() => inventory.close());

function page(pageSize: number, pageToken = '') {
  return call(inventory.client, inventory.client.listItems, { pageSize, pageToken });
}

describe('ListItems', () => {
  test('returns every item once, in pages ordered by id', async () => {
    const seen: string[] = [];
    let token = '';
    do {
      const { items, nextPageToken } = await page(40, token);
      seen.push(...items.map(({ id }) => id));
      token = nextPageToken;
    } while (token !== '');
    expect(seen).toEqual(ids);
  });

  test('returns 100 items when no page size is given', async () => {
    expect((await page(0)).items).toHaveLength(100);
  });

  test('returns pages that are larger than one batch of the store', async () => {
    const { items, nextPageToken } = await page(1000);
    expect(items.map(({ id }) => id)).toEqual(ids);
    expect(nextPageToken).toBe('');
  });

  test('has no next page after a last page that is full', async () => {
    expect((await page(130)).nextPageToken).toBe('');
  });

  test('refuses invalid page sizes and page tokens', async () => {
    expect((await failureOf(page(1001))).metadata).toEqual({ field: 'page_size' });
    expect((await failureOf(page(-1))).metadata).toEqual({ field: 'page_size' });
    expect((await failureOf(page(10, 'Ww=='))).metadata).toEqual({ field: 'page_token' });
  });
});
