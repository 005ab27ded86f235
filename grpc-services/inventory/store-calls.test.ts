import { afterEach, expect, test } from '@jest/globals';
import { requestsOf } from '../../tests/support/dynamodb-requests.ts';
import { itemInStock, startInventory, type TestInventory } from '../../tests/support/inventory.ts';
import { failureOf } from '../../tests/support/unary-client.ts';

// A budget, not a timing: every call is a round trip that each order pays for, and a charge on a bill.
let inventory: TestInventory;

afterEach(() => inventory.close());

/** The DynamoDB requests of the service from now on, by command. */
async function countedRequests(): Promise<readonly string[]> {
  inventory = await startInventory({ catalogue: [itemInStock('pen', 5), itemInStock('ink', 5)] });
  return requestsOf(inventory.dynamoDb);
}

const lines = ['pen', 'ink'].map((itemId) => ({ itemId, count: 2 }));

test('an order that is reserved and sold costs four DynamoDB calls, however many lines it has', async () => {
  const requests = await countedRequests();
  await inventory.reserve('order', lines);
  await inventory.commit('order');
  expect(requests).toEqual([
    'BatchGetItemCommand',
    'TransactWriteItemsCommand',
    'GetItemCommand',
    'TransactWriteItemsCommand',
  ]);
});

test('a Reserve that comes again extends its hold with three: the write that fails tells what is there', async () => {
  const requests = await countedRequests();
  await inventory.reserve('order', lines, 10);
  const before = requests.length;
  await inventory.reserve('order', lines, 60);
  expect(requests.slice(before)).toEqual([
    'BatchGetItemCommand',
    'TransactWriteItemsCommand',
    'TransactWriteItemsCommand',
  ]);
});

test('an order for what is sold out asks no transaction of the item that everybody wants', async () => {
  const requests = await countedRequests();
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
  expect((await failureOf(inventory.reserve('late', [{ itemId: 'pen', count: 6 }]))).reason).toBe('OUT_OF_STOCK');
  expect(requests).toEqual(['BatchGetItemCommand', 'TransactWriteItemsCommand']);
  expect(touched).toBe(1);
});
