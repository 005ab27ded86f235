import { ChannelCredentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { httpEvent, read } from '../../tests/support/http-event.ts';
import { itemInStock, startInventory, type TestInventory } from '../../tests/support/inventory.ts';
import { createInventoryClient, type InventoryClient } from '../clients/inventory-client.ts';
import { stockReportSchema } from './contract/stock-report.ts';
import { createHandler } from './stock-report.ts';

let service: TestInventory;
let inventory: InventoryClient;

beforeAll(async () => {
  service = await startInventory({ catalogue: [itemInStock('pen', 10), itemInStock('ink', 0)] });
  inventory = createInventoryClient({
    target: `127.0.0.1:${service.port}`,
    credentials: ChannelCredentials.createInsecure(),
    deadlineMs: 5_000,
    maxConcurrentCalls: 10,
  });
});
afterAll(async () => {
  inventory?.close();
  await service?.close();
});

test('an operator sees what is available, held and sold, and the orders that hold stock', async () => {
  await service.reserve('order-1', [{ itemId: 'pen', count: 3 }]);
  const { data } = read(await createHandler(() => ({ inventory }))(httpEvent({ owner: 'olaf', role: 'operator' })));
  const { items, holds } = stockReportSchema.parse(data);
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

test('the stock report is not for customers', async () => {
  const answer = read(await createHandler(() => ({ inventory }))(httpEvent({ owner: 'ann', role: 'customer' })));
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
