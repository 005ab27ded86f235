import { ChannelCredentials, type sendUnaryData, status } from '@grpc/grpc-js';
import { expect, test } from '@jest/globals';
import {
  InventoryServiceService,
  type ListItemsRequest,
  type ListItemsResponse,
} from '../../proto/gen/inventory/v1/inventory.ts';
import { startGrpcServer } from '../../tests/support/grpc-server.ts';
import { httpEvent, read } from '../../tests/support/http-event.ts';
import { itemInStock, startInventory } from '../../tests/support/inventory.ts';
import { createInventoryClient } from '../clients/inventory-client.ts';
import { createHandler } from './list-stocks.ts';

async function stocks(target: string) {
  const inventory = createInventoryClient({
    target,
    credentials: ChannelCredentials.createInsecure(),
    deadlineMs: 5_000,
    maxConcurrentCalls: 10,
  });
  try {
    return read(await createHandler(() => ({ inventory }))(httpEvent()));
  } finally {
    inventory.close();
  }
}

test('stocks have exactly Id, name, count and price; count is what can be ordered now', async () => {
  const service = await startInventory({ catalogue: [itemInStock('item1', 10), itemInStock('item2', 0)] });
  try {
    await service.reserve('order-1', [{ itemId: 'item1', count: 3 }]);
    expect(await stocks(`127.0.0.1:${service.port}`)).toMatchObject({
      statusCode: 200,
      meta: null,
      data: [
        { Id: 'item1', name: 'name of item1', count: 7, price: 500 },
        { Id: 'item2', name: 'name of item2', count: 0, price: 500 },
      ],
    });
  } finally {
    await service.close();
  }
});

function replyWith(answer: () => ListItemsResponse, callback: sendUnaryData<ListItemsResponse>): void {
  try {
    callback(null, answer());
  } catch {
    callback({ code: status.UNAVAILABLE, details: 'away' });
  }
}

async function stocksOf(answer: (request: ListItemsRequest) => ListItemsResponse) {
  const server = await startGrpcServer(InventoryServiceService, {
    listItems: (call: { readonly request: ListItemsRequest }, callback: sendUnaryData<ListItemsResponse>) =>
      replyWith(() => answer(call.request), callback),
  });
  try {
    return await stocks(server.target);
  } finally {
    server.close();
  }
}

function item(id: string) {
  return {
    id,
    name: id,
    unitPrice: { minorUnits: 1, currency: 'USD' },
    stocked: 1,
    available: 1,
    held: 0,
    sold: 0,
  };
}

test('a catalogue of several pages is one response', async () => {
  const { data, meta } = await stocksOf(({ pageToken }) =>
    pageToken === '' ? { items: [item('a')], nextPageToken: 'a' } : { items: [item('b')], nextPageToken: '' },
  );
  expect(data).toMatchObject([{ Id: 'a' }, { Id: 'b' }]);
  expect(meta).toBeNull();
});

test('an endless catalogue is cut off, and the response says so', async () => {
  const { data, meta } = await stocksOf(() => ({ items: [item('a')], nextPageToken: 'more' }));
  expect(data).toHaveLength(20);
  expect(meta).toEqual({ incomplete: true });
});

test('an item without a price is an internal error, not a gift', async () => {
  expect(await stocksOf(() => ({ items: [{ ...item('a'), unitPrice: undefined }], nextPageToken: '' }))).toMatchObject({
    statusCode: 500,
    meta: { code: 'INTERNAL_ERROR' },
  });
});

test('unreachable inventory: 503 with a Retry-After', async () => {
  const gone = await startGrpcServer(InventoryServiceService, {});
  gone.close();
  const answer = await stocks(gone.target);
  expect(answer).toMatchObject({ statusCode: 503, success: false, meta: { code: 'INVENTORY_UNAVAILABLE' } });
  expect(answer.data).toBe('the inventory does not answer at the moment; send the request again a little later');
  expect(answer.headers).toHaveProperty('Retry-After');
});

test('pages are asked for one after the other, each with the token of the one before, under the trace of the request', async () => {
  const asked: unknown[] = [];
  const tokens = ['a', 'b', ''];
  const handler = createHandler(() => ({
    inventory: {
      listItems: async (...call) => {
        asked.push(call);
        return { items: [item('x')], nextPageToken: tokens[asked.length - 1] ?? '' };
      },
    },
  }));
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  expect(read(await handler(httpEvent({ headers: { traceparent } }))).data).toHaveLength(3);
  const context = { traceparent: expect.stringContaining('4bf92f3577b34da6a3ce929d0e0e4736') };
  expect(asked).toEqual(['', 'a', 'b'].map((pageToken) => [{ pageSize: 1_000, pageToken }, context]));
});

test('a catalogue of exactly as many pages as are read is complete', async () => {
  let pages = 0;
  const answer = await stocksOf(() => {
    pages += 1;
    return { items: [item('a')], nextPageToken: pages < 20 ? 'more' : '' };
  });
  expect(answer.data).toHaveLength(20);
  expect(answer.meta).toBeNull();
});

test('the second page is out of reach: no half of the catalogue is answered', async () => {
  const answer = await stocksOf(({ pageToken }) => {
    if (pageToken !== '') {
      throw new Error('away');
    }
    return { items: [item('a')], nextPageToken: 'a' };
  });
  expect(answer).toMatchObject({ statusCode: 503, meta: { code: 'INVENTORY_UNAVAILABLE' } });
});

test('an item that costs nothing has a price of 0', async () => {
  const free = { ...item('a'), unitPrice: { minorUnits: 0, currency: 'USD' } };
  expect((await stocksOf(() => ({ items: [free], nextPageToken: '' }))).data).toMatchObject([{ price: 0 }]);
});
