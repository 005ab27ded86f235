import { afterEach, expect, test } from '@jest/globals';
import { startInventory, type TestInventory } from '../../tests/support/inventory.ts';
import { failureOf } from '../../tests/support/unary-client.ts';
import type { FaultInjection } from './fault-injection.ts';
import { RetryableError } from './service-error.ts';

let inventory: TestInventory;

afterEach(() => inventory.close());

/** Calls wait at the gate until it opens; counts those that came as far and those that got through. */
function gate() {
  const opened = Promise.withResolvers<void>();
  const counts = { reached: 0, through: 0 };
  const faults: FaultInjection = {
    around: async (_rpc, work) => {
      counts.reached++;
      await opened.promise;
      counts.through++;
      return work();
    },
  };
  return { faults, counts, open: opened.resolve };
}

/** A deadline that no test reaches; a call without one has the service's default. */
function patient() {
  return { deadline: Date.now() + 20_000 };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

test('a call whose caller set no deadline ends at the default of the service', async () => {
  const { faults, open } = gate();
  inventory = await startInventory({ settings: { faults, defaultDeadlineMs: 50 } });
  expect(await failureOf(inventory.reservation('order'))).toMatchObject({
    code: 'DEADLINE_EXCEEDED',
    reason: 'DEADLINE_EXCEEDED',
  });
  open();
});

test('a call whose caller set a deadline ends at it, and whatever it still did is told to stop', async () => {
  const stopped = Promise.withResolvers<unknown>();
  const faults: FaultInjection = {
    around: (_rpc, _work, signal) => {
      signal.addEventListener('abort', () => stopped.resolve(signal.reason));
      return new Promise(() => undefined);
    },
  };
  inventory = await startInventory({ settings: { faults } });
  const call = failureOf(inventory.reservation('order', { deadline: Date.now() + 50 }));
  expect((await call).code).toBe('DEADLINE_EXCEEDED');
  expect(await stopped.promise).toBeInstanceOf(RetryableError);
});

test('a call whose deadline passed while it waited for its turn is never begun', async () => {
  const { faults, counts, open } = gate();
  const limits = { concurrent: 1, queued: 10 };
  inventory = await startInventory({ settings: { faults, limits, defaultDeadlineMs: 50 } });
  const first = failureOf(inventory.reservation('first', patient()));
  await until(() => counts.reached === 1);
  expect((await failureOf(inventory.reservation('late'))).code).toBe('DEADLINE_EXCEEDED');
  open();
  expect((await first).reason).toBe('RESERVATION_NOT_FOUND');
  expect((await failureOf(inventory.reservation('after', patient()))).reason).toBe('RESERVATION_NOT_FOUND');
  expect(counts).toEqual({ reached: 2, through: 2 });
});

test('a call that is past its deadline asks the store for nothing', async () => {
  const { faults, counts, open } = gate();
  inventory = await startInventory({ settings: { faults, defaultDeadlineMs: 50 } });
  let requests = 0;
  inventory.dynamoDb.middlewareStack.add(
    (next) => (args) => {
      requests++;
      return next(args);
    },
    { step: 'deserialize', name: 'count requests' },
  );
  expect((await failureOf(inventory.reservation('order'))).code).toBe('DEADLINE_EXCEEDED');
  open();
  await until(() => counts.through === 1);
  expect((await failureOf(inventory.reservation('other', patient()))).reason).toBe('RESERVATION_NOT_FOUND');
  expect(requests).toBe(1);
});

test('calls beyond those that run and those that may wait are refused at once', async () => {
  const { faults, counts, open } = gate();
  inventory = await startInventory({ settings: { faults, limits: { concurrent: 2, queued: 3 } } });
  const running = [1, 2].map((order) => failureOf(inventory.reservation(`running-${order}`)));
  await until(() => counts.reached === 2);
  const others = [1, 2, 3, 4, 5].map((order) => failureOf(inventory.reservation(`other-${order}`)));
  const first = await Promise.race(others);
  expect(first).toMatchObject({ code: 'RESOURCE_EXHAUSTED', reason: 'OVERLOADED' });
  open();
  const reasons = (await Promise.all([...running, ...others])).map(({ reason }) => reason);
  expect(reasons.filter((reason) => reason === 'OVERLOADED')).toHaveLength(2);
  expect(reasons.filter((reason) => reason === 'RESERVATION_NOT_FOUND')).toHaveLength(5);
});
