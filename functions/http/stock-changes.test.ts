import { describe, expect, jest, test } from '@jest/globals';
import { httpEvent, read } from '../../tests/support/http-event.ts';
import { itemInStock } from '../../tests/support/inventory.ts';
import { withInventoryService } from '../../tests/support/service-fixtures.ts';
import { RetryableError } from '../common/errors.ts';
import { rootLogger } from '../common/logger.ts';
import { itemStockSchema } from './contract/correct-stock.ts';
import { createHandler as correctHandler } from './correct-item.ts';
import { createHandler as restockHandler } from './restock-item.ts';

const inventory = withInventoryService({ catalogue: [itemInStock('pen', 10), itemInStock('ink', 10)] });

const ENDPOINTS = {
  restock: restockHandler(() => ({ inventory: inventory.client })),
  correct: correctHandler(() => ({ inventory: inventory.client })),
};
const OLAF = { owner: 'olaf', role: 'operator' };

function send(endpoint: keyof typeof ENDPOINTS, body: object, key?: string, caller = OLAF) {
  const headers = key === undefined ? {} : { 'Idempotency-Key': key };
  return ENDPOINTS[endpoint](httpEvent({ body, headers, ...caller })).then(read);
}

describe('POST /inventory/restock', () => {
  test('adds what came, with an Idempotency-Key once', async () => {
    const body = { id: 'pen', count: 5, reason: 'delivery' };
    expect(itemStockSchema.parse((await send('restock', body, 'key-1')).data)).toMatchObject({ available: 15 });
    expect((await send('restock', body, 'key-1')).data).toMatchObject({ available: 15 });
    expect((await send('restock', body)).data).toMatchObject({ available: 20 });
  });

  test('refuses a key of another restock, and keeps the keys of two operators apart', async () => {
    await send('restock', { id: 'pen', count: 1, reason: 'delivery' }, 'key-2');
    expect(await send('restock', { id: 'pen', count: 2, reason: 'delivery' }, 'key-2')).toMatchObject({
      statusCode: 409,
      meta: { code: 'RESTOCK_MISMATCH' },
    });
    const other = { owner: 'olga', role: 'operator' };
    expect(await send('restock', { id: 'pen', count: 2, reason: 'delivery' }, 'key-2', other)).toMatchObject({
      statusCode: 200,
    });
  });

  test('refuses an item that does not exist', async () => {
    expect(await send('restock', { id: 'unknown', count: 1, reason: 'delivery' })).toMatchObject({
      statusCode: 404,
      data: 'there is no item unknown',
      meta: { code: 'ITEM_NOT_FOUND' },
    });
  });
});

describe('POST /inventory/correct', () => {
  test('sets what is available and answers what it was; 0 withdraws the item', async () => {
    const corrected = await send('correct', { id: 'ink', count: 7, reason: 'three broken' });
    expect(itemStockSchema.parse(corrected.data)).toMatchObject({ available: 7, previous_available: 10 });
    expect((await send('correct', { id: 'ink', count: 0, reason: 'withdrawn' })).data).toMatchObject({
      available: 0,
      previous_available: 7,
    });
    expect(await inventory.service.stock('ink')).toMatchObject({ available: 0, stocked: 0 });
  });

  test('is kept with its operator and reason; of a longer subject the service keeps the beginning', async () => {
    const kept: unknown[] = [];
    const handler = correctHandler(() => ({
      inventory: {
        correct: (request, context) => {
          kept.push([request.correctedBy, request.reason]);
          return inventory.client.correct(request, context);
        },
      },
    }));
    const body = { id: 'ink', count: 1, reason: 'found' };
    for (const owner of ['olaf', 'o'.repeat(255), undefined]) {
      const caller = owner === undefined ? {} : { owner };
      expect(await handler(httpEvent({ body, role: 'operator', ...caller })).then(read)).toMatchObject({
        statusCode: 200,
      });
    }
    expect(kept).toEqual([
      ['olaf', 'found'],
      ['o'.repeat(200), 'found'],
      ['', 'found'],
    ]);
  });

  test('refuses an item that does not exist, and a key of another correction', async () => {
    expect(await send('correct', { id: 'unknown', count: 1, reason: 'found' })).toMatchObject({ statusCode: 404 });
    await send('correct', { id: 'ink', count: 3, reason: 'found' }, 'key-3');
    expect(await send('correct', { id: 'ink', count: 4, reason: 'found' }, 'key-3')).toMatchObject({
      statusCode: 409,
      meta: { code: 'CORRECTION_MISMATCH' },
    });
  });
});

test.each([
  ['restock', { id: 'pen', count: 0, reason: 'x' }, 'count'],
  ['restock', { id: 'pen', count: 1.5, reason: 'x' }, 'count'],
  ['restock', { id: 'pen', count: 1 }, 'reason'],
  ['correct', { id: 'pen', count: -1, reason: 'x' }, 'count'],
  ['correct', { id: 'pen', count: 1, reason: '' }, 'reason'],
  ['correct', { id: 'not an id', count: 1, reason: 'x' }, 'id'],
] as const)('a %s with %j is refused', async (endpoint, body, path) => {
  expect(await send(endpoint, body)).toMatchObject({ statusCode: 400, meta: { errors: [{ path }] } });
});

test('a customer may change no stock, of an item that exists or not', async () => {
  const customer = { owner: 'ann', role: 'customer' };
  const before = await inventory.service.stock('pen');
  for (const id of ['pen', 'unknown']) {
    expect(await send('restock', { id, count: 1, reason: 'x' }, undefined, customer)).toMatchObject({
      statusCode: 403,
    });
    expect(await send('correct', { id, count: 1, reason: 'x' }, undefined, customer)).toMatchObject({
      statusCode: 403,
    });
  }
  expect(await inventory.service.stock('pen')).toEqual(before);
});

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const ITEM = { id: 'pen', name: 'Pen', unitPrice: undefined, stocked: 1, available: 1, held: 0, sold: 0 };

test.each(['restock', 'correct'] as const)('a %s is asked for in the trace of its request', async (endpoint) => {
  const asked: unknown[] = [];
  const handlers = {
    restock: restockHandler(() => ({
      inventory: {
        restock: async (...call) => {
          asked.push(call);
          return ITEM;
        },
      },
    })),
    correct: correctHandler(() => ({
      inventory: {
        correct: async (...call) => {
          asked.push(call);
          return { item: ITEM, previousAvailable: 0 };
        },
      },
    })),
  };
  const headers = { traceparent: `00-${TRACE_ID}-00f067aa0ba902b7-01` };
  const body = { id: 'pen', count: 1, reason: 'found' };
  const { data } = read(await handlers[endpoint](httpEvent({ body, headers, ...OLAF })));
  expect(data).toMatchObject({ id: 'pen', name: 'Pen', available: 1, held: 0, sold: 0 });
  expect(asked).toEqual([
    [
      endpoint === 'restock'
        ? { requestId: expect.any(String), itemId: 'pen', count: 1, name: '', unitPrice: undefined }
        : { requestId: expect.any(String), itemId: 'pen', available: 1, reason: 'found', correctedBy: 'olaf' },
      { traceparent: expect.stringContaining(TRACE_ID) },
    ],
  ]);
});

test('a change that the inventory answers without an item is an internal error, and the log says so', async () => {
  const error = jest.spyOn(rootLogger(), 'error');
  const handler = correctHandler(() => ({
    inventory: { correct: async () => ({ item: undefined, previousAvailable: 0 }) },
  }));
  const answer = read(await handler(httpEvent({ body: { id: 'pen', count: 1, reason: 'found' }, ...OLAF })));
  const lines = error.mock.calls.map(([, attributes]) => attributes);
  error.mockRestore();
  expect(answer).toMatchObject({ statusCode: 500, meta: { code: 'INTERNAL_ERROR' } });
  expect(lines).toMatchObject([{ error: { message: 'the inventory answered without an item' } }]);
});

test('a failure of the inventory is not taken for an item that does not exist', async () => {
  const failure = new RetryableError('INVENTORY_UNAVAILABLE', 'away');
  const handler = restockHandler(() => ({ inventory: { restock: () => Promise.reject(failure) } }));
  const body = { id: 'pen', count: 1, reason: 'x' };
  expect(read(await handler(httpEvent({ body, ...OLAF })))).toMatchObject({
    statusCode: 503,
    meta: { code: 'INVENTORY_UNAVAILABLE' },
  });
});

test('the id of a change is made of its key and its owner, so that a repeat after a deployment changes nothing', async () => {
  const ids = await Promise.all(
    [undefined, undefined, 'olaf'].map(async (owner) => {
      let id = '';
      const handler = correctHandler(() => ({
        inventory: {
          correct: async ({ requestId }) => {
            id = requestId;
            return { item: ITEM, previousAvailable: 0 };
          },
        },
      }));
      const caller = owner === undefined ? {} : { owner, role: 'operator' };
      const body = { id: 'pen', count: 1, reason: 'found' };
      await handler(httpEvent({ body, headers: { 'Idempotency-Key': 'key' }, ...caller }));
      return id;
    }),
  );
  expect(ids).toEqual([
    '6b98970e-5079-5af6-9007-5b37ead6d34b',
    '6b98970e-5079-5af6-9007-5b37ead6d34b',
    '0878c804-4540-5532-b6d2-f73ed9807655',
  ]);
});
