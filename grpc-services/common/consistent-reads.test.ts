import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect, test } from '@jest/globals';
import { itemInStock, startInventory } from '../../tests/support/inventory.ts';
import { startPayment } from '../../tests/support/payment.ts';
import { call, failureOf } from '../../tests/support/unary-client.ts';

// The local DynamoDB has one copy of the data, so no read is ever stale in a test. The test looks at the requests instead.

/** Tells for each read of a row, by its command, whether it is strongly consistent. */
function readsOf(dynamoDb: DynamoDBClient): (readonly [command: string, isConsistent: boolean])[] {
  const reads: (readonly [string, boolean])[] = [];
  dynamoDb.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        const command = String(commandName);
        if (command === 'GetItemCommand' || command === 'BatchGetItemCommand') {
          reads.push([command, JSON.stringify(args.input).includes('"ConsistentRead":true')]);
        }
        return next(args);
      },
    { step: 'initialize', name: 'note reads' },
  );
  return reads;
}

test('every row that Inventory decides by is read consistently', async () => {
  const inventory = await startInventory({ catalogue: [itemInStock('pen', 5)] });
  try {
    const reads = readsOf(inventory.dynamoDb);
    await inventory.reserve('order', [{ itemId: 'pen', count: 1 }]);
    await inventory.commit('order');
    await failureOf(inventory.release('order'));
    await inventory.reservation('order');
    const restock = { requestId: 'restock', itemId: 'pen', name: '', unitPrice: undefined, count: 1 };
    await call(inventory.client, inventory.client.restock, restock);
    expect(reads.filter(([, isConsistent]) => !isConsistent)).toEqual([]);
    expect(new Set(reads.map(([command]) => command))).toEqual(new Set(['GetItemCommand', 'BatchGetItemCommand']));
    expect(reads.length).toBeGreaterThanOrEqual(7);
  } finally {
    await inventory.close();
  }
});

test('every payment, and every charge of the simulated provider, is read consistently', async () => {
  const payment = await startPayment();
  try {
    const reads = readsOf(payment.dynamoDb);
    await failureOf(payment.authorize('order', { method: 'tok_timeout' }));
    await payment.authorize('order', { method: 'tok_timeout' });
    await payment.capture('order');
    await failureOf(payment.void('order'));
    await payment.refund('order');
    await payment.payment('order');
    expect(reads.filter(([, isConsistent]) => !isConsistent)).toEqual([]);
    expect(reads.length).toBeGreaterThanOrEqual(4);
  } finally {
    await payment.close();
  }
});
