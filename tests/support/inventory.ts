import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { credentials } from '@grpc/grpc-js';
import { systemClock } from '../../grpc-services/common/clock.ts';
import { documentClient } from '../../grpc-services/common/dynamodb-client.ts';
import { type ServiceSettings, startService } from '../../grpc-services/common/service.ts';
import { expireHolds } from '../../grpc-services/inventory/expire-holds.ts';
import { firstStock, type Item } from '../../grpc-services/inventory/item.ts';
import { ItemStore } from '../../grpc-services/inventory/item-store.ts';
import { ReservationStore } from '../../grpc-services/inventory/reservation-store.ts';
import { RestockStore } from '../../grpc-services/inventory/restock-store.ts';
import { type InventoryOptions, inventoryService } from '../../grpc-services/inventory/service.ts';
import { itemsTable, reservationsTable } from '../../grpc-services/inventory/tables.ts';
import {
  InventoryServiceClient,
  type Item as ItemMessage,
  type Line,
  type Reservation,
} from '../../proto/gen/inventory/v1/inventory.ts';
import { startDynamoDb } from './dynamodb.ts';
import { testSettings } from './service.ts';
import { createTables, dynamoDbClient } from './tables.ts';
import { type CallExtras, call } from './unary-client.ts';

/** What a test sets apart from the usual. */
export interface TestInventoryOptions extends Partial<Omit<InventoryOptions, 'documents' | 'tables' | 'logger'>> {
  readonly settings?: Partial<ServiceSettings>;
}

/** A real inventory service on a real DynamoDB. */
export interface TestInventory {
  readonly endpoint: string;
  readonly port: number;
  /** The connection to DynamoDB that the service uses; a test may add middleware to it. */
  readonly dynamoDb: DynamoDBClient;
  readonly client: InventoryServiceClient;
  readonly reserve: (orderId: string, lines: readonly Line[], holdSeconds?: number) => Promise<Reservation>;
  readonly release: (orderId: string) => Promise<Reservation>;
  readonly commit: (orderId: string) => Promise<Reservation>;
  readonly reservation: (orderId: string, extras?: CallExtras) => Promise<Reservation>;
  /** One round of the sweeper, as another instance of the service would do it. */
  readonly sweep: () => Promise<number>;
  readonly stock: (itemId: string) => Promise<ItemMessage>;
  readonly close: () => Promise<void>;
}

/** An item of a test's catalogue: 500 US cents a piece. */
export function itemInStock(itemId: string, count: number): Item {
  return firstStock({ item_id: itemId, name: `name of ${itemId}`, unit_price_minor: 500, currency: 'USD' }, count);
}

/** Names of the tables that a `TestInventory` uses. */
export const inventoryTables = { items: 'items', reservations: 'reservations' };

/** Starts DynamoDB and the service; the sweeper does not run by itself unless `sweepIntervalMs` says so. */
export async function startInventory({ settings, ...options }: TestInventoryOptions = {}): Promise<TestInventory> {
  const database = await startDynamoDb();
  await createTables(database.endpoint, [
    { TableName: inventoryTables.items, ...itemsTable },
    { TableName: inventoryTables.reservations, ...reservationsTable },
  ]);
  const dynamoDb = dynamoDbClient(database.endpoint);
  const documents = documentClient(dynamoDb);
  const description = inventoryService({
    documents,
    tables: inventoryTables,
    clock: systemClock,
    logger: testSettings.logger,
    defaultHoldSeconds: 60,
    sweepIntervalMs: 3_600_000,
    catalogue: [],
    ...options,
  });
  const service = await startService(description, { ...testSettings, ...settings });
  await service.prepared;
  const otherInstance = {
    items: new ItemStore(documents, inventoryTables),
    reservations: new ReservationStore(documents, inventoryTables),
    restocks: new RestockStore(documents, inventoryTables),
    clock: options.clock ?? systemClock,
    defaultHoldSeconds: 60,
  };
  const client = new InventoryServiceClient(`127.0.0.1:${service.port}`, credentials.createInsecure());
  return {
    endpoint: database.endpoint,
    port: service.port,
    dynamoDb,
    client,
    reserve: async (orderId, lines, holdSeconds = 0) =>
      present((await call(client, client.reserve, { orderId, lines: [...lines], holdSeconds })).reservation),
    release: async (orderId) => present((await call(client, client.release, { orderId, reason: 'test' })).reservation),
    commit: async (orderId) => present((await call(client, client.commit, { orderId })).reservation),
    reservation: async (orderId, extras) =>
      present((await call(client, client.getReservation, { orderId }, extras)).reservation),
    sweep: () => expireHolds(otherInstance, new AbortController().signal, throwing),
    stock: async (itemId) => {
      const { items } = await call(client, client.listItems, { pageSize: 1000, pageToken: '' });
      return present(items.find(({ id }) => id === itemId));
    },
    close: async () => {
      client.close();
      await service.stop();
      documents.destroy();
      dynamoDb.destroy();
      await database.close();
    },
  };
}

function throwing(orderId: string, cause: unknown): never {
  throw new Error(`the hold of ${orderId} could not be expired`, { cause });
}

function present<Value>(value: Value | undefined): Value {
  if (value === undefined) {
    throw new Error('the answer is empty');
  }
  return value;
}
