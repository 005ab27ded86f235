import { credentials, makeClientConstructor, type ServiceError, status } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { service as healthDefinition } from 'grpc-health-check';
import { type DynamoDb, startDynamoDb } from '../../tests/support/dynamodb.ts';
import { inventoryTables } from '../../tests/support/inventory.ts';
import { testSettings } from '../../tests/support/service.ts';
import { createTables, dynamoDbClient } from '../../tests/support/tables.ts';
import { inventoryService } from '../inventory/service.ts';
import { itemsTable, reservationsTable } from '../inventory/tables.ts';
import { systemClock } from './clock.ts';
import { documentClient } from './dynamodb-client.ts';
import { startService } from './service.ts';

let database: DynamoDb;

beforeAll(async () => {
  database = await startDynamoDb();
});

afterAll(() => database.close());

test('the process is healthy from the start, the service once its tables are there, and no other name at all', async () => {
  const dynamoDb = dynamoDbClient(database.endpoint);
  const description = inventoryService({
    documents: documentClient(dynamoDb),
    tables: inventoryTables,
    clock: systemClock,
    logger: testSettings.logger,
    defaultHoldSeconds: 60,
    sweepIntervalMs: 3_600_000,
    catalogue: [],
  });
  const service = await startService(description, testSettings);
  const Health = makeClientConstructor(healthDefinition, 'Health');
  const client = new Health(`127.0.0.1:${service.port}`, credentials.createInsecure());
  const check = (name: string) =>
    new Promise<unknown>((resolve, reject) => {
      client.check?.({ service: name }, (error: ServiceError | null, answer: { readonly status: unknown }) =>
        error === null ? resolve(answer.status) : reject(error),
      );
    });
  try {
    expect(await check('')).toBe('SERVING');
    expect(await check('inventory.v1.InventoryService')).toBe('NOT_SERVING');
    await expect(check('payment.v1.PaymentService')).rejects.toMatchObject({ code: status.NOT_FOUND });
    await createTables(database.endpoint, [
      { TableName: inventoryTables.items, ...itemsTable },
      { TableName: inventoryTables.reservations, ...reservationsTable },
    ]);
    await service.prepared;
    expect(await check('inventory.v1.InventoryService')).toBe('SERVING');
  } finally {
    client.close();
    await service.stop();
    dynamoDb.destroy();
  }
});
