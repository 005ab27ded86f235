import { expect, jest, test } from '@jest/globals';
import { ReservationState } from '../../proto/gen/inventory/v1/inventory.ts';
import { requestsOf } from '../../tests/support/dynamodb-requests.ts';
import { httpEvent, read } from '../../tests/support/http-event.ts';
import { itemInStock } from '../../tests/support/inventory.ts';
import { withInventoryService } from '../../tests/support/service-fixtures.ts';
import type { InventoryClient } from '../clients/inventory-client.ts';
import { rootLogger } from '../common/logger.ts';
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

type Stocks = Pick<InventoryClient, 'listItems' | 'listHolds'>;

const ITEM = {
  id: 'a',
  name: 'name of a',
  unitPrice: { minorUnits: 1, currency: 'USD' },
  stocked: 1,
  available: 1,
  held: 0,
  sold: 0,
};
const HOLD = {
  orderId: 'order-1',
  state: ReservationState.HELD,
  lines: [],
  total: undefined,
  updatedAt: undefined,
  createdAt: new Date(0),
  expiresAt: new Date(1),
};

/** The answer with these parts of an inventory in place of the real one. */
async function reportOf(parts: Partial<Stocks>, headers: Readonly<Record<string, string>> = {}) {
  const whole: Stocks = {
    listItems: async () => ({ items: [], nextPageToken: '' }),
    listHolds: async () => ({ reservations: [], nextPageToken: '' }),
    ...parts,
  };
  return read(await createHandler(() => ({ inventory: whole }))(httpEvent({ headers })));
}

test('every page of the catalogue is in the report, asked for under the trace of the request', async () => {
  const asked: unknown[] = [];
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  const parts: Stocks = {
    listItems: async (...call) => {
      asked.push(call);
      const [{ pageToken }] = call;
      return pageToken === ''
        ? { items: [ITEM], nextPageToken: 'a' }
        : { items: [{ ...ITEM, id: 'b' }], nextPageToken: '' };
    },
    listHolds: async (...call) => {
      asked.unshift(call);
      return { reservations: [], nextPageToken: '' };
    },
  };
  const { data } = await reportOf(parts, { traceparent });
  expect(data).toMatchObject({ items: [{ id: 'a' }, { id: 'b' }], holds: [], more_holds: false });
  const context = { traceparent: expect.stringContaining('4bf92f3577b34da6a3ce929d0e0e4736') };
  expect(asked).toEqual([
    [{ pageSize: 100, pageToken: '' }, context],
    [{ pageSize: 1_000, pageToken: '' }, context],
    [{ pageSize: 1_000, pageToken: 'a' }, context],
  ]);
});

test('of an endless catalogue twenty pages are in the report', async () => {
  const { data } = await reportOf({ listItems: async () => ({ items: [ITEM], nextPageToken: 'more' }) });
  expect(data).toMatchObject({ items: { length: 20 } });
});

test.each<readonly [string, Partial<Stocks>, string]>([
  [
    'an item without a price',
    { listItems: async () => ({ items: [{ ...ITEM, unitPrice: undefined }], nextPageToken: '' }) },
    'the inventory answered item a without a price',
  ],
  ...[{ createdAt: undefined }, { expiresAt: undefined }].map(
    (without) =>
      [
        `a hold with ${Object.keys(without)} undefined`,
        { listHolds: async () => ({ reservations: [{ ...HOLD, ...without }], nextPageToken: '' }) },
        'the inventory answered the hold of order order-1 without its times',
      ] as const,
  ),
])('%s is an internal error, and the log says what the inventory left out', async (_what, parts, message) => {
  const error = jest.spyOn(rootLogger(), 'error');
  const answer = await reportOf(parts);
  const lines = error.mock.calls.map(([, attributes]) => attributes);
  error.mockRestore();
  expect(answer).toMatchObject({ statusCode: 500, meta: { code: 'INTERNAL_ERROR' } });
  expect(lines).toEqual([expect.objectContaining({ error: expect.objectContaining({ message }) })]);
});
