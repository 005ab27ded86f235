import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { credentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { InventoryServiceClient } from '../../proto/gen/inventory/v1/inventory.ts';
import { type DynamoDb, startDynamoDb } from '../../tests/support/dynamodb.ts';
import { type HttpServer, startHttpServer } from '../../tests/support/http-server.ts';
import { createInventoryTables, itemInStock, testInventoryService } from '../../tests/support/inventory.ts';
import { testSettings } from '../../tests/support/service.ts';
import { call, failureOf } from '../../tests/support/unary-client.ts';
import { createDocumentClient } from './dynamodb-client.ts';
import { type RunningService, startService } from './service.ts';

// DynamoDB with too little capacity: the tests count how many requests the service adds by retrying.
const CALLS = 60;
/** The SDK's standard mode: 500 tokens per client, minus 5 per retry, plus 1 per successful request (the reads). */
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

/** A proxy of the real DynamoDB that answers in its place while there is trouble. */
function startThrottlingProxy(endpoint: string): Promise<HttpServer> {
  return startHttpServer(async (incoming, response) => {
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
}

let database: DynamoDb;
let proxy: HttpServer;
beforeAll(async () => {
  database = await startDynamoDb();
  await createInventoryTables(database.endpoint);
  proxy = await startThrottlingProxy(database.endpoint);
});
beforeEach(() => {
  trouble = undefined;
  troubled = 0;
});
afterAll(async () => {
  await proxy.close();
  await database.close();
});

function client({ url: endpoint }: HttpServer, requestTimeoutMs: number) {
  return createDocumentClient({ endpoint, region: 'us-east-1', requestTimeoutMs }, {});
}

/** Starts a new service for each test, because each client has its own budget. */
async function withService(work: (inventory: InventoryServiceClient) => Promise<void>): Promise<void> {
  const documents = client(proxy, 20_000);
  const description = testInventoryService(documents, { catalogue: [itemInStock('pen', 1_000)] });
  const service: RunningService = await startService(description, { ...testSettings, defaultDeadlineMs: 60_000 });
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
  'a DynamoDB that $kind gets one request per call and at most $retries retries, and a later call succeeds',
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

test('a request that DynamoDB never answers times out, even without a deadline as in the sweeper', async () => {
  let requests = 0;
  const silent = await startHttpServer(() => {
    requests++;
  });
  const documents = client(silent, 50);
  const key = { TableName: 'reservations', Key: { order_id: 'order' } };
  await expect(documents.send(new GetCommand(key))).rejects.toMatchObject({ name: 'TimeoutError' });
  expect(requests).toBe(3);
  documents.destroy();
  await silent.close();
});
