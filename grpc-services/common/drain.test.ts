import { credentials, makeClientConstructor, status } from '@grpc/grpc-js';
import { afterEach, expect, test } from '@jest/globals';
import { service as healthDefinition } from 'grpc-health-check';
import { InventoryServiceClient } from '../../proto/gen/inventory/v1/inventory.ts';
import { startInventory, type TestInventory } from '../../tests/support/inventory.ts';
import { call, failureOf } from '../../tests/support/unary-client.ts';
import type { FaultInjection } from './fault-injection.ts';

let inventory: TestInventory;

afterEach(() => inventory.close());

test('a drain sets NOT_SERVING, ends watches, refuses new calls and answers the running ones', async () => {
  const started = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const faults: FaultInjection = {
    around: async (_rpc, work) => {
      started.resolve();
      await released.promise;
      return work();
    },
  };
  inventory = await startInventory({ tables: 'absent', settings: { faults } });
  const address = `127.0.0.1:${inventory.port}`;
  const health = new (makeClientConstructor(healthDefinition, 'Health'))(address, credentials.createInsecure());
  const watch = health.watch?.({ service: '' });
  const statuses: unknown[] = [];
  const watchEnded = new Promise<{ readonly code?: number }>((resolve) => {
    watch.on('data', (answer: { readonly status: unknown }) => statuses.push(answer.status));
    watch.on('error', resolve);
  });
  await new Promise((resolve) => watch.once('data', resolve));
  try {
    const running = failureOf(inventory.reservation('running'));
    await started.promise;
    let stopped = false;
    const stopping = inventory.stop().then(() => {
      stopped = true;
    });
    expect((await watchEnded).code).toBe(status.UNAVAILABLE);
    expect(statuses).toEqual(['SERVING', 'NOT_SERVING']);
    const late = new InventoryServiceClient(address, credentials.createInsecure());
    expect((await failureOf(call(late, late.getReservation, { orderId: 'new' }))).code).toBe('UNAVAILABLE');
    late.close();
    expect(stopped).toBe(false);
    released.resolve();
    expect((await running).reason).toBe('STORE_UNAVAILABLE');
    await stopping;
  } finally {
    released.resolve();
    health.close();
  }
});

test('a drain cuts off calls that still run at its end', async () => {
  const started = Promise.withResolvers<void>();
  const faults: FaultInjection = {
    around: () => {
      started.resolve();
      return new Promise(() => undefined);
    },
  };
  inventory = await startInventory({ tables: 'absent', settings: { drainSeconds: 0, faults } });
  const running = failureOf(inventory.reservation('running'));
  await started.promise;
  await inventory.stop();
  expect(['UNAVAILABLE', 'CANCELLED', 'INTERNAL', 'UNKNOWN']).toContain((await running).code);
});

test('a drain sets a service that was ready to NOT_SERVING while a call still runs', async () => {
  const started = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const faults: FaultInjection = {
    around: async (_rpc, work) => {
      started.resolve();
      await released.promise;
      return work();
    },
  };
  inventory = await startInventory({ settings: { faults } });
  const address = `127.0.0.1:${inventory.port}`;
  const health = new (makeClientConstructor(healthDefinition, 'Health'))(address, credentials.createInsecure());
  const statuses: unknown[] = [];
  try {
    const watch = health.watch?.({ service: 'inventory.v1.InventoryService' });
    const watchEnded = new Promise((resolve) => watch.on('error', resolve));
    watch.on('data', (answer: { readonly status: unknown }) => statuses.push(answer.status));
    await new Promise((resolve) => watch.once('data', resolve));
    const running = failureOf(inventory.reservation('running'));
    await started.promise;
    const stopping = inventory.stop();
    await watchEnded;
    expect(statuses).toEqual(['SERVING', 'NOT_SERVING']);
    released.resolve();
    expect((await running).reason).toBe('RESERVATION_NOT_FOUND');
    await stopping;
  } finally {
    released.resolve();
    health.close();
  }
});
