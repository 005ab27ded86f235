import { createServer, type Socket } from 'node:net';
import { ChannelCredentials } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { listenOnFreePort } from '../../tests/support/free-port.ts';
import { httpEvent, read } from '../../tests/support/http-event.ts';
import { startInventory, type TestInventory } from '../../tests/support/inventory.ts';
import { createGrpcHealth } from '../clients/grpc-health.ts';
import { rootLogger } from '../common/logger.ts';
import { createHandler, type NeededPart } from './ready.ts';

let inventory: TestInventory;

beforeAll(async () => {
  inventory = await startInventory();
});
afterAll(() => inventory?.close());

const healthClients: ReturnType<typeof createGrpcHealth>[] = [];
afterEach(() => {
  for (const health of healthClients.splice(0)) {
    health.close();
  }
});

const fine: NeededPart = { name: 'the order store', check: async () => undefined };

function ready(parts: readonly NeededPart[]) {
  return createHandler(() => parts)(httpEvent()).then(read);
}

/** The inventory of these tests, at the given port. */
function inventoryAt(port: number, service = 'inventory.v1.InventoryService') {
  const health = createGrpcHealth(`127.0.0.1:${port}`, ChannelCredentials.createInsecure(), service);
  healthClients.push(health);
  return { name: 'the inventory', check: (timeoutMs: number) => health.check(timeoutMs) };
}

test('the API is ready while everything that it needs answers', async () => {
  const part = inventoryAt(inventory.port);
  expect(await ready([fine, part])).toMatchObject({ statusCode: 200, data: { state: 'READY' } });
});

test('a service that hangs makes the API not ready within its deadline, in words without an address', async () => {
  // Takes connections and never answers.
  const connections: Socket[] = [];
  const hanging = createServer((connection) => connections.push(connection));
  const port = await listenOnFreePort(hanging);
  const part = inventoryAt(port);
  const answer = await ready([fine, part]);
  expect(answer).toMatchObject({
    statusCode: 503,
    data: 'not ready: no answer from the inventory',
    meta: { code: 'NOT_READY' },
  });
  expect(JSON.stringify(answer)).not.toMatch(/127\.0\.0\.1|DEADLINE|grpc/);
  hanging.close();
  // A connection that stays open keeps the process of the tests alive.
  for (const connection of connections) {
    connection.destroy();
  }
});

test('a service that is up but not serving makes the API not ready', async () => {
  const part = inventoryAt(inventory.port, 'unknown.v1.Service');
  expect(await ready([part])).toMatchObject({ statusCode: 503, meta: { code: 'NOT_READY' } });
});

test('every part that is not ready is named', async () => {
  const broken = (name: string): NeededPart => ({ name, check: () => Promise.reject(new Error('secret detail')) });
  const answer = await ready([broken('the order sagas'), fine, broken('the payments')]);
  expect(answer.data).toBe('not ready: no answer from the order sagas, the payments');
  expect(JSON.stringify(answer)).not.toContain('secret');
});

test('many requests at once ask each part once', async () => {
  let asked = 0;
  const counting: NeededPart = {
    name: 'the order store',
    check: async () => {
      asked += 1;
    },
  };
  const handler = createHandler(() => [counting]);
  await Promise.all(Array.from({ length: 20 }, () => handler(httpEvent())));
  expect(asked).toBe(1);
});

test('an answer is shared for a second, and then every part is asked again', async () => {
  let asked = 0;
  const counting: NeededPart = {
    name: 'the order store',
    check: async () => {
      asked += 1;
    },
  };
  const handler = createHandler(() => [counting]);
  const start = Date.now();
  const clock = jest.spyOn(Date, 'now');
  const counts: number[] = [];
  for (const after of [0, 999, 1_000, 1_999, 2_000]) {
    clock.mockReturnValue(start + after);
    await handler(httpEvent());
    counts.push(asked);
  }
  clock.mockRestore();
  expect(counts).toEqual([1, 1, 2, 2, 3]);
});

test('each part has a second to answer, and the log says why one did not', async () => {
  const times: number[] = [];
  const broken: NeededPart = {
    name: 'the payments',
    check: (timeoutMs) => {
      times.push(timeoutMs);
      return Promise.reject(new Error('connection refused'));
    },
  };
  const warn = jest.spyOn(rootLogger(), 'warn');
  await ready([broken]);
  const lines = warn.mock.calls.filter(([message]) => message === 'not ready').map(([, keys]) => keys);
  warn.mockRestore();
  expect([times, lines]).toMatchObject([[1_000], [{ part: 'the payments', error: { message: 'connection refused' } }]]);
});

test('whether the API is ready may be asked without credentials', async () => {
  process.env.AUTH_MODE = 'api-key';
  const answer = await ready([fine]);
  process.env.AUTH_MODE = 'none';
  expect(answer).toMatchObject({ statusCode: 200, data: { state: 'READY' } });
});
