import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ReservationState } from '../../proto/gen/inventory/v1/inventory.ts';
import { inventoryTables, itemInStock, startInventory, type TestInventory } from '../../tests/support/inventory.ts';
import { throwFailure } from '../../tests/support/service.ts';
import { call, failureOf } from '../../tests/support/unary-client.ts';
import { documentClient } from '../common/dynamodb-client.ts';
import { createHotItems } from './hot-items.ts';
import { openInventory } from './inventory.ts';
import { reserve } from './reserve.ts';

const never = new AbortController().signal;

let inventory: TestInventory;

beforeEach(async () => {
  inventory = await startInventory({ catalogue: [itemInStock('hot', 20)] });
});

afterEach(() => inventory.close());

const one = [{ itemId: 'hot', count: 1 }];

test('of 50 orders for 20 pieces 20 hold stock, 30 are refused, and nothing is oversold', async () => {
  const orders = Array.from({ length: 50 }, (_, index) => `order-${index}`);
  const answers = await Promise.allSettled(orders.map((order) => inventory.reserve(order, one)));
  const held = answers.filter(({ status }) => status === 'fulfilled');
  const refusals = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason.reason] : []));
  expect(held).toHaveLength(20);
  expect(refusals).toEqual(Array.from({ length: 30 }, () => 'OUT_OF_STOCK'));
  expect(await inventory.stock('hot')).toMatchObject({ stocked: 20, available: 0, held: 20, sold: 0 });
});

/** Fakes the cancellations that DynamoDB reports: dynoxide runs one transaction at a time and has none. */
function conflictTimes(times: number, code = 'TransactionConflict'): () => number {
  let conflicts = 0;
  inventory.dynamoDb.middlewareStack.add(
    (next, context) => async (args) => {
      if (context.commandName !== 'TransactWriteItemsCommand' || conflicts >= times) {
        return next(args);
      }
      conflicts++;
      throw new TransactionCanceledException({
        message: 'Transaction cancelled',
        $metadata: {},
        CancellationReasons: [{ Code: 'None' }, { Code: code }],
      });
    },
    { step: 'finalizeRequest', name: 'conflict', priority: 'high', override: true },
  );
  return () => conflicts;
}

test('a transaction that conflicts with another is retried', async () => {
  const conflicts = conflictTimes(3);
  expect((await inventory.reserve('patient', one)).state).toBe(ReservationState.HELD);
  expect(conflicts()).toBe(3);
  expect(await inventory.stock('hot')).toMatchObject({ available: 19, held: 1 });
});

test('a lasting conflict ends as CONTENTION after ten attempts', async () => {
  const conflicts = conflictTimes(Number.POSITIVE_INFINITY);
  expect(await failureOf(inventory.reserve('unlucky', one))).toMatchObject({ code: 'ABORTED', reason: 'CONTENTION' });
  expect(conflicts()).toBe(10);
});

describe('an item that meets conflicts', () => {
  /** One order after another meets so many conflicts, and each time the instance looks for hot items. */
  async function shardsAfter(
    rounds: readonly number[],
    conflictsPerSecond: number,
    secondsPerRound = 1,
  ): Promise<readonly number[]> {
    let now = Date.parse('2030-01-01T00:00:00Z');
    const instance = { ...inventory.otherInstance, clock: () => now };
    const hotItems = createHotItems(instance, { spread: [], conflictsPerSecond });
    const shards: number[] = [];
    for (const [round, times] of rounds.entries()) {
      conflictTimes(times);
      const order = { orderId: `order-${round}`, lines: [{ item_id: 'hot', count: 1 }], holdSeconds: 0 };
      await reserve(instance, order, never);
      now += secondsPerRound * 1_000;
      await hotItems.round(never, ({ itemId }, error) => throwFailure(itemId, error));
      shards.push((await inventory.shards('hot')).length);
    }
    return shards;
  }

  test('often is spread over eight rows, and over twice as many each time that it goes on', async () => {
    expect(await shardsAfter([4, 4, 4, 4, 4], 4)).toEqual([8, 16, 32, 64, 64]);
    expect(await inventory.stock('hot')).toMatchObject({ stocked: 20, available: 15, held: 5 });
  });

  test('less often stays as it is, whatever it met before', async () => {
    expect(await shardsAfter([3, 3, 3], 4)).toEqual([1, 1, 1]);
  });

  test('is judged by the conflicts of a second, however long ago the last look was', async () => {
    expect(await shardsAfter([7, 8], 4, 2)).toEqual([1, 8]);
    expect(await shardsAfter([3], 4, 0.1)).toEqual([8]);
  });

  test.each([
    ['one instance', [1]],
    ['two instances', [1, 2]],
  ])('in %s is spread once a round: what was met before says nothing of the new rows', async (_where, numbers) => {
    let now = Date.parse('2030-01-01T00:00:00Z');
    const instances = numbers.map(() => {
      const documents = documentClient(inventory.dynamoDb);
      const settings = { documents, tables: inventoryTables, clock: () => now++, defaultHoldSeconds: 60 };
      const instance = openInventory(settings);
      const { conflicts } = instance;
      return { conflicts, hotItems: createHotItems(instance, { spread: [], conflictsPerSecond: 4 }) };
    });
    const rowsAfterRound = async (): Promise<number> => {
      for (const { conflicts } of instances) {
        for (let met = 0; met < 9; met++) {
          conflicts.add('hot');
        }
      }
      for (const { hotItems } of instances) {
        now += 500;
        await hotItems.round(never, ({ itemId }, error) => throwFailure(itemId, error));
      }
      return (await inventory.shards('hot')).length;
    };
    expect([await rowsAfterRound(), await rowsAfterRound(), await rowsAfterRound()]).toEqual([8, 16, 32]);
  });

  test('stays as it is when no limit is set', async () => {
    expect(await shardsAfter([9], 0)).toEqual([1]);
  });
});

const restock = { requestId: 'more', itemId: 'hot', name: '', unitPrice: undefined, count: 5 };

test('a restock that conflicts with another transaction is retried, and adds its stock once', async () => {
  const conflicts = conflictTimes(2);
  expect((await call(inventory.client, inventory.client.restock, restock)).item).toMatchObject({ stocked: 25 });
  expect(conflicts()).toBe(2);
  expect(await inventory.stock('hot')).toMatchObject({ stocked: 25, available: 25 });
});

test.each(['ThrottlingError', 'ProvisionedThroughputExceeded'])(
  'a transaction cancelled by %s is left to the caller, and not repeated at once',
  async (code) => {
    const cancellations = conflictTimes(Number.POSITIVE_INFINITY, code);
    const unavailable = { code: 'UNAVAILABLE', reason: 'STORE_UNAVAILABLE' };
    expect(await failureOf(inventory.reserve('throttled', one))).toMatchObject(unavailable);
    expect(await failureOf(call(inventory.client, inventory.client.restock, restock))).toMatchObject(unavailable);
    expect(cancellations()).toBe(2);
  },
);

test('a transaction cancelled because it is invalid is a defect', async () => {
  const cancellations = conflictTimes(Number.POSITIVE_INFINITY, 'ValidationError');
  expect((await failureOf(inventory.reserve('invalid', one))).code).toBe('INTERNAL');
  expect((await failureOf(call(inventory.client, inventory.client.restock, restock))).code).toBe('INTERNAL');
  expect(cancellations()).toBe(2);
});
