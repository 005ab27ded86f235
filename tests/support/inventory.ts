import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { credentials } from '@grpc/grpc-js';
import { systemClock } from '../../grpc-services/common/clock.ts';
import { documentClient } from '../../grpc-services/common/dynamodb-client.ts';
import { type ServiceDescription, type ServiceSettings, startService } from '../../grpc-services/common/service.ts';
import { expireHolds } from '../../grpc-services/inventory/expire-holds.ts';
import { spreadItem } from '../../grpc-services/inventory/hot-items.ts';
import { type Inventory, openInventory } from '../../grpc-services/inventory/inventory.ts';
import { type Counters, firstStock, type Item } from '../../grpc-services/inventory/item.ts';
import { type InventoryOptions, inventoryService } from '../../grpc-services/inventory/service.ts';
import { itemsTable, reservationsTable } from '../../grpc-services/inventory/tables.ts';
import {
  type CorrectResponse,
  InventoryServiceClient,
  type Item as ItemMessage,
  type Line,
  type Reservation,
} from '../../proto/gen/inventory/v1/inventory.ts';
import { createTables, dynamoDbClient, startDynamoDb } from './dynamodb.ts';
import { startReadyService, testSettings, throwFailure } from './service.ts';
import { type CallExtras, call, present } from './unary-client.ts';

/** The options of a test's inventory service that differ from the defaults here. */
export type InventoryTestOptions = Partial<Omit<InventoryOptions, 'documents' | 'tables' | 'logger'>>;

/** How to start a `TestInventory`. */
export interface TestInventoryOptions extends InventoryTestOptions {
  readonly settings?: Partial<ServiceSettings>;
  /** `absent`: the service starts without its tables, and is not ready until `createTables`. */
  readonly tables?: 'present' | 'absent';
}

/** A real inventory service on a real DynamoDB. */
export interface TestInventory {
  /** Of DynamoDB. */
  readonly endpoint: string;
  readonly port: number;
  /** The service's own DynamoDB client; a test may add middleware to it. */
  readonly dynamoDb: DynamoDBClient;
  readonly client: InventoryServiceClient;
  readonly reserve: (orderId: string, lines: readonly Line[], holdSeconds?: number) => Promise<Reservation>;
  readonly release: (orderId: string) => Promise<Reservation>;
  readonly commit: (orderId: string) => Promise<Reservation>;
  /** Without lines it returns all that the order still has. */
  readonly return: (orderId: string, returnId: string, lines?: readonly Line[]) => Promise<Reservation>;
  readonly correct: (requestId: string, itemId: string, available: number) => Promise<CorrectResponse>;
  readonly reservation: (orderId: string, extras?: CallExtras) => Promise<Reservation>;
  /** The stores of another instance of the service. */
  readonly otherInstance: Inventory;
  /** One round of the sweeper in another instance of the service. */
  readonly sweep: () => Promise<number>;
  readonly stock: (itemId: string) => Promise<ItemMessage>;
  /** Spreads an item over so many rows, in another instance of the service. */
  readonly spread: (itemId: string, shards: number) => Promise<void>;
  /** What the rows of an item hold, by shard. */
  readonly shards: (itemId: string) => Promise<readonly Counters[]>;
  readonly createTables: () => Promise<void>;
  /** Resolves when the service is ready. */
  readonly prepared: Promise<void>;
  /** Drains and stops the service. */
  readonly stop: () => Promise<void>;
  /** Stops the service and ends DynamoDB. */
  readonly close: () => Promise<void>;
}

/** An item of a test's catalogue, at a price of 5 US dollars. */
export function itemInStock(itemId: string, count: number): Item {
  return firstStock({ item_id: itemId, name: `name of ${itemId}`, unit_price_minor: 500, currency: 'USD' }, count);
}

/** The tables of every `TestInventory`. */
export const inventoryTables = { items: 'items', reservations: 'reservations' };

const never = new AbortController().signal;

/** Creates the tables of the inventory service. */
export function createInventoryTables(endpoint: string): Promise<void> {
  return createTables(endpoint, [
    { TableName: inventoryTables.items, ...itemsTable },
    { TableName: inventoryTables.reservations, ...reservationsTable },
  ]);
}

/** The inventory service of a test. Its sweeper does not run unless `sweepIntervalMs` is set. */
export function testInventoryService(
  documents: DynamoDBDocumentClient,
  options: InventoryTestOptions = {},
): ServiceDescription {
  return inventoryService({
    documents,
    tables: inventoryTables,
    clock: systemClock,
    logger: testSettings.logger,
    defaultHoldSeconds: 60,
    sweepIntervalMs: 3_600_000,
    catalogue: [],
    hotItems: { spread: [], conflictsPerSecond: 0 },
    ...options,
  });
}

/** Starts DynamoDB and the service, and waits until it is ready. */
export async function startInventory(options: TestInventoryOptions = {}): Promise<TestInventory> {
  const { settings, tables = 'present', ...serviceOptions } = options;
  const database = await startDynamoDb();
  const { endpoint } = database;
  const dynamoDb = dynamoDbClient(endpoint);
  const documents = documentClient(dynamoDb);
  if (tables === 'present') {
    await createInventoryTables(endpoint);
  }
  const start = tables === 'present' ? startReadyService : startService;
  const description = testInventoryService(documents, serviceOptions);
  const service = await start(description, { ...testSettings, ...settings }).catch((error: unknown) =>
    database.close().then(() => Promise.reject(error)),
  );
  const { clock = systemClock } = options;
  const otherInstance = openInventory({ documents, tables: inventoryTables, clock, defaultHoldSeconds: 60 });
  const client = new InventoryServiceClient(`127.0.0.1:${service.port}`, credentials.createInsecure());
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopped ??= service.stop();
    return stopped;
  };
  return {
    endpoint,
    port: service.port,
    dynamoDb,
    client,
    reserve: async (orderId, lines, holdSeconds = 0) =>
      present((await call(client, client.reserve, { orderId, lines: [...lines], holdSeconds })).reservation),
    release: async (orderId) => present((await call(client, client.release, { orderId, reason: 'test' })).reservation),
    commit: async (orderId) => present((await call(client, client.commit, { orderId })).reservation),
    return: async (orderId, returnId, lines = []) => {
      const request = { orderId, returnId, lines: [...lines], reason: 'test' };
      return present((await call(client, client.return, request)).reservation);
    },
    correct: (requestId, itemId, available) =>
      call(client, client.correct, { requestId, itemId, available, reason: 'counted', correctedBy: 'test' }),
    reservation: async (orderId, extras) =>
      present((await call(client, client.getReservation, { orderId }, extras)).reservation),
    otherInstance,
    sweep: () => expireHolds(otherInstance, never, throwFailure),
    stock: async (itemId) => {
      const { items } = await call(client, client.listItems, { pageSize: 1000, pageToken: '' });
      return present(items.find(({ id }) => id === itemId));
    },
    spread: async (itemId, shards) => {
      await spreadItem(otherInstance, { itemId, shards }, never);
    },
    shards: async (itemId) => present((await otherInstance.rows.stocks([itemId], never)).get(itemId)).rows,
    createTables: () => createInventoryTables(endpoint),
    prepared: service.prepared,
    stop,
    close: async () => {
      client.close();
      await stop();
      documents.destroy();
      dynamoDb.destroy();
      await database.close();
    },
  };
}
