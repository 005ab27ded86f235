import { afterEach, expect, test } from '@jest/globals';
import { eventuallySucceeds } from '../../embedded/eventually.ts';
import { requestsOf } from '../../tests/support/dynamodb-requests.ts';
import { startInventory, type TestInventory } from '../../tests/support/inventory.ts';
import { failureOf } from '../../tests/support/unary-client.ts';
import type { FaultInjection } from './fault-injection.ts';
import { RetryableError } from './service-error.ts';

let inventory: TestInventory;

afterEach(() => inventory.close());

/** Makes every call pause before its work, until `resume`. */
function pausedCalls() {
  const resumed = Promise.withResolvers<void>();
  const counts = { started: 0, resumed: 0 };
  const faults: FaultInjection = {
    around: async (_rpc, work) => {
      counts.started++;
      await resumed.promise;
      counts.resumed++;
      return work();
    },
  };
  return { faults, counts, resume: resumed.resolve };
}

/** A deadline that no test reaches. */
function longDeadline() {
  return { deadline: Date.now() + 20_000 };
}

test('a call without a deadline ends at the default deadline of the service', async () => {
  const { faults, resume } = pausedCalls();
  inventory = await startInventory({ settings: { faults, defaultDeadlineMs: 50 } });
  expect(await failureOf(inventory.reservation('order'))).toMatchObject({
    code: 'DEADLINE_EXCEEDED',
    reason: 'DEADLINE_EXCEEDED',
  });
  resume();
});

test('a call ends at its deadline, and its work is aborted', async () => {
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

test('a queued call whose deadline passes is never started', async () => {
  const { faults, counts, resume } = pausedCalls();
  const concurrency = { concurrent: 1, queued: 10 };
  inventory = await startInventory({ settings: { faults, concurrency, defaultDeadlineMs: 50 } });
  const first = failureOf(inventory.reservation('first', longDeadline()));
  await eventuallySucceeds(() => expect(counts.started).toBe(1));
  expect((await failureOf(inventory.reservation('late'))).code).toBe('DEADLINE_EXCEEDED');
  resume();
  expect((await first).reason).toBe('RESERVATION_NOT_FOUND');
  expect((await failureOf(inventory.reservation('after', longDeadline()))).reason).toBe('RESERVATION_NOT_FOUND');
  expect(counts).toEqual({ started: 2, resumed: 2 });
});

test('a call past its deadline sends nothing to the store', async () => {
  const { faults, counts, resume } = pausedCalls();
  inventory = await startInventory({ settings: { faults, defaultDeadlineMs: 50 } });
  const requests = requestsOf(inventory.dynamoDb);
  expect((await failureOf(inventory.reservation('order'))).code).toBe('DEADLINE_EXCEEDED');
  resume();
  await eventuallySucceeds(() => expect(counts.resumed).toBe(1));
  expect((await failureOf(inventory.reservation('other', longDeadline()))).reason).toBe('RESERVATION_NOT_FOUND');
  expect(requests).toHaveLength(1);
});

test('calls beyond the concurrency limit and its queue are refused at once', async () => {
  const { faults, counts, resume } = pausedCalls();
  inventory = await startInventory({ settings: { faults, concurrency: { concurrent: 2, queued: 3 } } });
  const running = [1, 2].map((order) => failureOf(inventory.reservation(`running-${order}`)));
  await eventuallySucceeds(() => expect(counts.started).toBe(2));
  const others = [1, 2, 3, 4, 5].map((order) => failureOf(inventory.reservation(`other-${order}`)));
  const first = await Promise.race(others);
  expect(first).toMatchObject({ code: 'RESOURCE_EXHAUSTED', reason: 'OVERLOADED' });
  resume();
  const reasons = (await Promise.all([...running, ...others])).map(({ reason }) => reason);
  expect(reasons.filter((reason) => reason === 'OVERLOADED')).toHaveLength(2);
  expect(reasons.filter((reason) => reason === 'RESERVATION_NOT_FOUND')).toHaveLength(5);
});
