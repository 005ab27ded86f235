import { DeleteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createTables, type DynamoDb, dynamoDbClient, startDynamoDb } from '../../tests/support/dynamodb.ts';
import { inventoryTables, itemInStock } from '../../tests/support/inventory.ts';
import { documentClient } from '../common/dynamodb-client.ts';
import { createLogger } from '../common/logger.ts';
import { openInventory } from './inventory.ts';
import { reserve } from './reserve.ts';
import { inventoryService } from './service.ts';
import { itemsTable, reservationsTable } from './tables.ts';

const never = new AbortController().signal;
const items = { TableName: inventoryTables.items, ...itemsTable };
const reservations = { TableName: inventoryTables.reservations, ...reservationsTable };

let database: DynamoDb;
let dynamoDb: ReturnType<typeof dynamoDbClient>;
let lines: string[];
let now: number;

beforeEach(async () => {
  lines = [];
  now = Date.parse('2030-01-01T00:00:00Z');
  database = await startDynamoDb();
  dynamoDb = dynamoDbClient(database.endpoint);
});

afterEach(async () => {
  dynamoDb.destroy();
  await database.close();
});

function settings() {
  return { documents: documentClient(dynamoDb), tables: inventoryTables, clock: () => now, defaultHoldSeconds: 60 };
}

/** The service's description; its log goes to `lines`. */
function service(catalogue = [itemInStock('pen', 5), itemInStock('ink', 5)]) {
  return inventoryService({
    ...settings(),
    logger: createLogger('inventory', 'info', { write: (line) => void lines.push(line) }),
    sweepIntervalMs: 3_600_000,
    catalogue,
    hotItems: { spread: [], conflictsPerSecond: 0 },
  });
}

function logged(): readonly unknown[] {
  return lines.map((line) => JSON.parse(line));
}

describe('the service is not ready', () => {
  test.each([
    ['its reservations', items, reservations],
    ['its items', reservations, items],
  ])('while the table of %s is missing', async (_what, first, missing) => {
    await createTables(database.endpoint, [first]);
    const { prepare } = service();
    await expect(prepare(never)).rejects.toMatchObject({ reason: 'STORE_UNAVAILABLE' });
    expect(lines).toEqual([]);
    await createTables(database.endpoint, [missing]);
    await prepare(never);
    expect(logged()).toMatchObject([{ level: 'info', items: 2 }]);
    await prepare(never);
    expect(lines).toHaveLength(1);
  });
});

test('a service without a catalogue is not ready while a table is missing', async () => {
  await createTables(database.endpoint, [reservations]);
  const { prepare } = service([]);
  await expect(prepare(never)).rejects.toMatchObject({ reason: 'STORE_UNAVAILABLE' });
  await createTables(database.endpoint, [items]);
  await prepare(never);
  expect(lines).toEqual([]);
});

describe('a round of the sweeper', () => {
  beforeEach(async () => {
    await createTables(database.endpoint, [items, reservations]);
    await service().prepare(never);
    const inventory = openInventory(settings());
    for (const orderId of ['first', 'second']) {
      await reserve(inventory, { orderId, lines: [{ item_id: 'pen', count: 1 }], holdSeconds: 10 }, never);
    }
    now += 10_000;
    lines = [];
  });

  async function sweep(): Promise<void> {
    const { background } = service();
    const sweeper = background.find(({ name }) => name === 'expire holds');
    expect(sweeper?.intervalMs).toBe(3_600_000);
    await sweeper?.round(never);
  }

  test('tells operators which hold it could not expire and why, and how many it expired', async () => {
    const key = { TableName: inventoryTables.items, Key: { item_id: { S: 'pen' } } };
    await dynamoDb.send(new DeleteItemCommand(key));
    await sweep();
    expect(logged()).toHaveLength(2);
    expect(logged()).toMatchObject(
      ['first', 'second'].map(() => ({
        level: 'error',
        order_id: expect.stringMatching(/^(first|second)$/),
        err: { message: 'item pen has less held stock than its reservations say' },
      })),
    );
    lines = [];
    const row = { catalogue: { S: 'all' }, name: { S: 'pen' }, currency: { S: 'USD' } };
    const counters = { unit_price_minor: '500', stocked: '5', available: '3', held: '2', sold: '0' };
    const numbers = Object.fromEntries(Object.entries(counters).map(([name, N]) => [name, { N }]));
    await dynamoDb.send(
      new PutItemCommand({ TableName: inventoryTables.items, Item: { ...key.Key, ...row, ...numbers } }),
    );
    await sweep();
    expect(logged()).toMatchObject([{ level: 'info', expired: 2 }]);
  });

  test('is silent when there is nothing to expire', async () => {
    now -= 10_000;
    await sweep();
    expect(lines).toEqual([]);
  });
});
