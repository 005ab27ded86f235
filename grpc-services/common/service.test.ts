import { expect, test } from '@jest/globals';
import { InventoryServiceService } from '../../proto/gen/inventory/v1/inventory.ts';
import { testSettings } from '../../tests/support/service.ts';
import { type ServiceDescription, startService } from './service.ts';

/** A service without calls, whose `prepare` is the test's. */
function serviceThatPrepares(prepare: ServiceDescription['prepare'], work?: () => Promise<void>): ServiceDescription {
  return {
    name: 'inventory.v1.InventoryService',
    domain: 'inventory.v1',
    definition: InventoryServiceService,
    implementation: () => ({}),
    prepare,
    background: work === undefined ? [] : [{ name: 'work', intervalMs: 1, round: work }],
  };
}

test('a service whose preparation fails twice in a row becomes ready with the third', async () => {
  let attempts = 0;
  const prepare = async (): Promise<void> => {
    attempts++;
    if (attempts < 3) {
      throw new Error('no table yet');
    }
  };
  const service = await startService(serviceThatPrepares(prepare), testSettings);
  await service.prepared;
  expect(attempts).toBe(3);
  await service.stop();
});

test('a service that is stopped while it prepares aborts that, tries no more, and is never ready', async () => {
  const started = Promise.withResolvers<AbortSignal>();
  let attempts = 0;
  const prepare = (signal: AbortSignal): Promise<void> => {
    attempts++;
    started.resolve(signal);
    return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  };
  const service = await startService(serviceThatPrepares(prepare), testSettings);
  const signal = await started.promise;
  await service.stop();
  await service.prepared;
  expect(signal.aborted).toBe(true);
  expect(attempts).toBe(1);
});

test('a service that is stopped between two attempts to prepare does not wait for the next', async () => {
  let attempts = 0;
  const failed = Promise.withResolvers<void>();
  const prepare = (): Promise<void> => {
    attempts++;
    failed.resolve();
    return Promise.reject(new Error('no table yet'));
  };
  const service = await startService(serviceThatPrepares(prepare), testSettings);
  await failed.promise;
  await service.stop();
  await service.prepared;
  expect(attempts).toBe(1);
});

test('a service that is stopped waits for the round of its background work', async () => {
  const started = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  let isRoundDone = false;
  const work = async (): Promise<void> => {
    started.resolve();
    await released.promise;
    isRoundDone = true;
  };
  const service = await startService(
    serviceThatPrepares(() => Promise.resolve(), work),
    testSettings,
  );
  await started.promise;
  const stopping = service.stop();
  released.resolve();
  await stopping;
  expect(isRoundDone).toBe(true);
});
