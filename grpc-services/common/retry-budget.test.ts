import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { credentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { InventoryServiceClient } from '../../proto/gen/inventory/v1/inventory.ts';
import { type DynamoDb, startDynamoDb } from '../../tests/support/dynamodb.ts';
import { inventoryTables, itemInStock } from '../../tests/support/inventory.ts';
import { testSettings } from '../../tests/support/service.ts';
import { createTables } from '../../tests/support/tables.ts';
import { call, failureOf } from '../../tests/support/unary-client.ts';
import { inventoryService } from '../inventory/service.ts';
import { itemsTable, reservationsTable } from '../inventory/tables.ts';
import { systemClock } from './clock.ts';
import { createDocumentClient } from './dynamodb-client.ts';
import { type RunningService, startService } from './service.ts';

// DynamoDB with too little capacity: what is counted is how much worse the service makes it.
const CALLS = 60;
/** The SDK's standard mode: 500 tokens a client, 5 for each retry, one back for each request that succeeds (the reads). */
const RETRIES_OF_A_CLIENT = (500 + CALLS) / 5;

const BODIES = {
  'throttles transactions': { __type: 'ThrottlingException', message: 'slow down' },
  'cancels transactions for lack of capacity': {
    __type: 'TransactionCanceledException',
    message: 'cancelled',
    CancellationReasons: [{ Code: 'None' }, { Code: 'ThrottlingError' }],
  },
  'has a transaction in progress': { __type: 'TransactionInProgressException', message: 'in progress' },
  'leaves items of a batch unread': { UnprocessedKeys: { items: { Keys: [{ item_id: { S: 'pen' } }] } } },
} as const;
type Trouble = keyof typeof BODIES;

let trouble: Trouble | undefined;
let troubled = 0;

/** Stands before the real DynamoDB and answers in its place while there is trouble. */
function startNarrowDynamoDb(endpoint: string): Promise<Server> {
  const narrow = createServer(async (incoming, response) => {
    const target = String(incoming.headers['x-amz-target']);
    const body = await text(incoming);
    const wanted = trouble === 'leaves items of a batch unread' ? 'BatchGetItem' : 'TransactWriteItems';
    if (trouble !== undefined && target.endsWith(`.${wanted}`)) {
      troubled++;
      response.writeHead(wanted === 'BatchGetItem' ? 200 : 400, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify(BODIES[trouble]));
      return;
    }
    const { method, headers } = incoming;
    const onward = request(endpoint, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy()).end(body);
  });
  return new Promise((resolve) => narrow.listen(0, '127.0.0.1', () => resolve(narrow)));
}

let database: DynamoDb;
let narrow: Server;
beforeAll(async () => {
  database = await startDynamoDb();
  await createTables(database.endpoint, [
    { TableName: inventoryTables.items, ...itemsTable },
    { TableName: inventoryTables.reservations, ...reservationsTable },
  ]);
  narrow = await startNarrowDynamoDb(database.endpoint);
});
beforeEach(() => {
  trouble = undefined;
  troubled = 0;
});
afterAll(async () => {
  narrow.close();
  narrow.closeAllConnections();
  await database.close();
});

function client(server: Server, requestTimeoutMs: number) {
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return createDocumentClient({ endpoint, region: 'us-east-1', requestTimeoutMs }, {});
}

/** A service of its own for each test, as the budget is a client's. */
async function withService(work: (inventory: InventoryServiceClient) => Promise<void>): Promise<void> {
  const documents = client(narrow, 20_000);
  const description = inventoryService({
    documents,
    tables: inventoryTables,
    clock: systemClock,
    logger: testSettings.logger,
    defaultHoldSeconds: 60,
    sweepIntervalMs: 3_600_000,
    catalogue: [itemInStock('pen', 1_000)],
  });
  const service: RunningService = await startService(description, testSettings);
  await service.prepared;
  const inventory = new InventoryServiceClient(`127.0.0.1:${service.port}`, credentials.createInsecure());
  try {
    await work(inventory);
  } finally {
    inventory.close();
    await service.stop();
    documents.destroy();
  }
}

const troubles: readonly { readonly kind: Trouble; readonly retries: number }[] = [
  { kind: 'throttles transactions', retries: RETRIES_OF_A_CLIENT },
  { kind: 'cancels transactions for lack of capacity', retries: 0 },
  { kind: 'has a transaction in progress', retries: RETRIES_OF_A_CLIENT },
  { kind: 'leaves items of a batch unread', retries: 0 },
];

test.each(troubles)(
  'a DynamoDB that $kind is asked no more than once a call and $retries times in all, and the caller comes back',
  async ({ kind, retries }) => {
    await withService(async (inventory) => {
      trouble = kind;
      const orders = Array.from({ length: CALLS }, (_, index) => `${kind.replaceAll(' ', '-').slice(0, 20)}-${index}`);
      const lines = [{ itemId: 'pen', count: 1 }];
      const failures = await Promise.all(
        orders.map((orderId) => failureOf(call(inventory, inventory.reserve, { orderId, lines, holdSeconds: 60 }))),
      );
      expect(new Set(failures.map(({ reason }) => reason))).toEqual(new Set(['STORE_UNAVAILABLE']));
      expect(troubled).toBeGreaterThanOrEqual(CALLS);
      expect(troubled).toBeLessThanOrEqual(CALLS + retries);
      trouble = undefined;
      const [orderId = ''] = orders;
      const { reservation } = await call(inventory, inventory.reserve, { orderId, lines, holdSeconds: 60 });
      expect(reservation?.orderId).toBe(orderId);
    });
  },
);

test('a DynamoDB that takes a request and says nothing is given up on, also where no deadline is: the sweeper has none', async () => {
  let requests = 0;
  const silent = createServer(() => {
    requests++;
  });
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const documents = client(silent, 50);
  const key = { TableName: 'reservations', Key: { order_id: 'order' } };
  await expect(documents.send(new GetCommand(key))).rejects.toMatchObject({ name: 'TimeoutError' });
  expect(requests).toBe(3);
  documents.destroy();
  silent.close();
  silent.closeAllConnections();
});
