import { credentials, makeClientConstructor, status } from '@grpc/grpc-js';
import { expect, test } from '@jest/globals';
import { service as healthDefinition } from 'grpc-health-check';
import { InventoryServiceClient } from '../../proto/gen/inventory/v1/inventory.ts';
import { startDynamoDb } from '../../tests/support/dynamodb.ts';
import { inventoryTables } from '../../tests/support/inventory.ts';
import { testSettings } from '../../tests/support/service.ts';
import { dynamoDbClient } from '../../tests/support/tables.ts';
import { call, failureOf } from '../../tests/support/unary-client.ts';
import { inventoryService } from '../inventory/service.ts';
import { systemClock } from './clock.ts';
import { documentClient } from './dynamodb-client.ts';
import { startService } from './service.ts';

test('a drain says NOT_SERVING, ends watches, takes no new call and lets those that run be answered', async () => {
  const database = await startDynamoDb();
  const dynamoDb = dynamoDbClient(database.endpoint);
  const begun = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const description = inventoryService({
    documents: documentClient(dynamoDb),
    tables: inventoryTables,
    clock: systemClock,
    logger: testSettings.logger,
    defaultHoldSeconds: 60,
    sweepIntervalMs: 3_600_000,
    catalogue: [],
  });
  const faults = {
    around: async <Result>(_rpc: string, work: () => Promise<Result>) => {
      begun.resolve();
      await goOn.promise;
      return work();
    },
  };
  const service = await startService(description, { ...testSettings, faults });
  const address = `127.0.0.1:${service.port}`;
  const client = new InventoryServiceClient(address, credentials.createInsecure());
  const health = new (makeClientConstructor(healthDefinition, 'Health'))(address, credentials.createInsecure());
  const watch = health.watch?.({ service: '' });
  const seen: unknown[] = [];
  const watchEnded = new Promise<{ readonly code?: number }>((resolve) => {
    watch.on('data', ({ status: said }: { readonly status: unknown }) => seen.push(said));
    watch.on('error', resolve);
  });
  await new Promise((resolve) => watch.once('data', resolve));
  try {
    const running = failureOf(call(client, client.getReservation, { orderId: 'running' }));
    await begun.promise;
    let stopped = false;
    const stopping = service.stop().then(() => {
      stopped = true;
    });
    expect((await watchEnded).code).toBe(status.UNAVAILABLE);
    expect(seen).toEqual(['SERVING', 'NOT_SERVING']);
    const other = new InventoryServiceClient(address, credentials.createInsecure());
    expect((await failureOf(call(other, other.getReservation, { orderId: 'new' }))).code).toBe('UNAVAILABLE');
    other.close();
    expect(stopped).toBe(false);
    goOn.resolve();
    expect((await running).reason).toBe('STORE_UNAVAILABLE');
    await stopping;
  } finally {
    goOn.resolve();
    client.close();
    health.close();
    dynamoDb.destroy();
    await database.close();
  }
});

test('a drain cuts off what still runs at its end', async () => {
  const begun = Promise.withResolvers<void>();
  const faults = {
    around: <Result>(): Promise<Result> => {
      begun.resolve();
      return new Promise(() => undefined);
    },
  };
  const database = await startDynamoDb();
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
  const service = await startService(description, { ...testSettings, drainSeconds: 0, faults });
  const client = new InventoryServiceClient(`127.0.0.1:${service.port}`, credentials.createInsecure());
  const running = failureOf(call(client, client.getReservation, { orderId: 'running' }));
  await begun.promise;
  await service.stop();
  expect(['UNAVAILABLE', 'CANCELLED', 'INTERNAL', 'UNKNOWN']).toContain((await running).code);
  client.close();
  dynamoDb.destroy();
  await database.close();
});
