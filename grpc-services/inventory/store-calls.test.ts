import { afterEach, expect, test } from '@jest/globals';
import { readsByKeyOf, requestsOf } from '../../tests/support/dynamodb-requests.ts';
import { inventoryTables, itemInStock, startInventory, type TestInventory } from '../../tests/support/inventory.ts';
import { call, failureOf } from '../../tests/support/unary-client.ts';
import { shardSequence } from './shards.ts';

// A budget: every DynamoDB call costs each order a round trip, and money.
let inventory: TestInventory;

afterEach(() => inventory.close());

/** Starts the service, and records its DynamoDB requests by command. */
async function recordedRequests(): Promise<readonly string[]> {
  inventory = await startInventory({ catalogue: [itemInStock('pen', 50), itemInStock('ink', 5)] });
  return requestsOf(inventory.dynamoDb);
}

const lines = ['pen', 'ink'].map((itemId) => ({ itemId, count: 2 }));

test('Reserve and Commit of an order take four DynamoDB calls, however many lines it has', async () => {
  const requests = await recordedRequests();
  await inventory.reserve('order', lines);
  await inventory.commit('order');
  expect(requests).toEqual([
    'BatchGetItemCommand',
    'TransactWriteItemsCommand',
    'GetItemCommand',
    'TransactWriteItemsCommand',
  ]);
});

test('an item that is spread takes no further call, once the service has met it', async () => {
  const requests = await recordedRequests();
  await inventory.spread('pen', 4);
  await inventory.reserve('first', lines);
  const before = requests.length;
  const order = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].find((id) => shardSequence(id, 'pen', 4)[0] === 3) ?? '';
  await inventory.reserve(order, [{ itemId: 'pen', count: 1 }]);
  await inventory.commit(order);
  expect((await inventory.shards('pen'))[3]).toMatchObject({ sold: 1 });
  expect(requests.slice(before, before + 4)).toEqual([
    'BatchGetItemCommand',
    'TransactWriteItemsCommand',
    'GetItemCommand',
    'TransactWriteItemsCommand',
  ]);
});

test('a repeated Reserve takes three DynamoDB calls, because its failed write returns the reservation', async () => {
  const requests = await recordedRequests();
  await inventory.reserve('order', lines, 10);
  const before = requests.length;
  await inventory.reserve('order', lines, 60);
  expect(requests.slice(before)).toEqual([
    'BatchGetItemCommand',
    'TransactWriteItemsCommand',
    'TransactWriteItemsCommand',
  ]);
});

test('a repeated Reserve that does not extend its hold writes nothing', async () => {
  const requests = await recordedRequests();
  await inventory.reserve('order', lines, 60);
  const before = requests.length;
  await inventory.reserve('order', lines, 10);
  expect(requests.slice(before)).toEqual(['BatchGetItemCommand', 'TransactWriteItemsCommand']);
});

test('an order for a sold-out item does not touch the item in its transaction', async () => {
  const requests = await recordedRequests();
  let touched: number | undefined;
  inventory.dynamoDb.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        const input: unknown = args.input;
        const actions = typeof input === 'object' && input !== null && 'TransactItems' in input && input.TransactItems;
        if (commandName === 'TransactWriteItemsCommand' && Array.isArray(actions)) {
          touched = actions.length;
        }
        return next(args);
      },
    { step: 'initialize', name: 'look at the transaction' },
  );
  expect((await failureOf(inventory.reserve('late', [{ itemId: 'pen', count: 51 }]))).reason).toBe('OUT_OF_STOCK');
  expect(requests).toEqual(['BatchGetItemCommand', 'TransactWriteItemsCommand']);
  expect(touched).toBe(1);
});

test('a crowd that comes for a spread item after it is sold out shares the reads of its rows', async () => {
  const requests = await recordedRequests();
  await inventory.spread('pen', 16);
  await inventory.correct('sold-out', 'pen', 0);
  const before = requests.length;
  const crowd = Array.from({ length: 40 }, (_, index) =>
    inventory.reserve(`late-${index}`, [{ itemId: 'pen', count: 1 }]),
  );
  const refusals = await Promise.all(crowd.map((order) => failureOf(order)));
  expect(new Set(refusals.map(({ reason }) => reason))).toEqual(new Set(['OUT_OF_STOCK']));
  const count = (name: string): number => requests.slice(before).filter((command) => command === name).length;
  // Beside orders that are paid it would be cancelled again and again.
  expect(count('TransactGetItemsCommand')).toBe(0);
  // Each order reads its own first row; looking at all rows is shared.
  expect(count('BatchGetItemCommand')).toBeLessThan(2 * crowd.length);
});

test('every read by key is strongly consistent: an older state would be decided upon, or answered', async () => {
  inventory = await startInventory({ catalogue: [itemInStock('pen', 50), itemInStock('ink', 5)] });
  const reads = readsByKeyOf(inventory.dynamoDb);
  await inventory.spread('pen', 4);
  await inventory.reserve('sold', lines);
  await inventory.reserve('sold', lines, 60);
  await inventory.commit('sold');
  await inventory.return('sold', 'back', [{ itemId: 'pen', count: 1 }]);
  await inventory.reserve('free', lines);
  await inventory.release('free');
  await inventory.correct('count', 'pen', 40);
  await inventory.reservation('sold');
  await inventory.stock('pen');
  await inventory.reserve('held', lines);
  await call(inventory.client, inventory.client.listHolds, { pageSize: 10, pageToken: '' });
  await inventory.sweep();
  expect([...new Set(reads.map(({ table }) => table))].toSorted()).toEqual(Object.values(inventoryTables).toSorted());
  expect(reads.filter(({ isConsistent }) => !isConsistent)).toEqual([]);
});
