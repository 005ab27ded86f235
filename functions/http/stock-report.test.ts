import { expect, test } from '@jest/globals';
import { requestsOf } from '../../tests/support/dynamodb-requests.ts';
import { httpEvent, read } from '../../tests/support/http-event.ts';
import { itemInStock } from '../../tests/support/inventory.ts';
import { withInventoryService } from '../../tests/support/service-fixtures.ts';
import type { InventoryClient } from '../clients/inventory-client.ts';
import { stockReportSchema } from './contract/stock-report.ts';
import { createHandler } from './stock-report.ts';

let now = Date.now();
const inventory = withInventoryService({
  clock: () => now,
  catalogue: [itemInStock('pen', 10), itemInStock('ink', 0)],
});

async function report() {
  const { data } = read(
    await createHandler(() => ({ inventory: inventory.client }))(httpEvent({ owner: 'olaf', role: 'operator' })),
  );
  return stockReportSchema.parse(data);
}

test('an operator sees what is available, held and sold, and the orders that hold stock', async () => {
  await inventory.service.reserve('order-1', [{ itemId: 'pen', count: 3 }]);
  const { items, holds, more_holds } = await report();
  expect(more_holds).toBe(false);
  expect(items).toEqual([
    { id: 'ink', name: 'name of ink', available: 0, held: 0, sold: 0, price: 500, currency: 'USD' },
    { id: 'pen', name: 'name of pen', available: 7, held: 3, sold: 0, price: 500, currency: 'USD' },
  ]);
  expect(holds).toEqual([
    {
      order_id: 'order-1',
      held_since: expect.any(String),
      held_until: expect.any(String),
      lines: [{ id: 'pen', name: 'name of pen', count: 3 }],
    },
  ]);
});

test('holds are listed by their age, the oldest first, and no more than 100 of them, at the cost of so many', async () => {
  await inventory.service.release('order-1');
  // What was held later runs out first.
  const held = [
    ['newest', 30, 600],
    ['oldest', 10, 3_600],
    ['middle', 20, 1_800],
  ] as const;
  const start = now;
  for (const [order, minutes, holdSeconds] of held) {
    now = start + minutes * 60_000;
    await inventory.service.reserve(order, [{ itemId: 'pen', count: 1 }], holdSeconds);
  }
  const { holds } = await report();
  expect(holds.map(({ order_id }) => order_id)).toEqual(['oldest', 'middle', 'newest']);

  await inventory.service.correct('delivery', 'pen', 1_000);
  const requests = requestsOf(inventory.service.dynamoDb);
  const costOfReport = async () => {
    const before = requests.length;
    const { holds: listed, more_holds } = await report();
    return { requests: requests.length - before, listed: listed.length, more_holds };
  };
  const reserved = async (from: number, to: number) => {
    const orders = Array.from({ length: to - from }, (_, index) => `many-${from + index}`);
    await Promise.all(orders.map((order) => inventory.service.reserve(order, [{ itemId: 'pen', count: 1 }])));
  };
  await reserved(0, 110);
  const some = await costOfReport();
  expect(some).toMatchObject({ listed: 100, more_holds: true });
  await reserved(110, 250);
  expect(await costOfReport()).toEqual(some);
});

test('the stock report is not for customers', async () => {
  const answer = read(
    await createHandler(() => ({ inventory: inventory.client }))(httpEvent({ owner: 'ann', role: 'customer' })),
  );
  expect(answer).toMatchObject({ statusCode: 403, meta: { code: 'FORBIDDEN' } });
});

test('every page of the catalogue is in the report', async () => {
  const page = (id: string, nextPageToken: string) => ({
    items: [
      { id, name: id, unitPrice: { minorUnits: 1, currency: 'USD' }, stocked: 1, available: 1, held: 0, sold: 0 },
    ],
    nextPageToken,
  });
  const paged: Pick<InventoryClient, 'listItems' | 'listHolds'> = {
    listItems: async ({ pageToken }) => (pageToken === '' ? page('a', 'a') : page('b', '')),
    listHolds: async () => ({ reservations: [], nextPageToken: '' }),
  };
  const { data } = read(await createHandler(() => ({ inventory: paged }))(httpEvent()));
  expect(data).toMatchObject({ items: [{ id: 'a' }, { id: 'b' }], holds: [] });
});
