import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect, test } from '@jest/globals';
import { itemInStock, startInventory } from '../../tests/support/inventory.ts';
import { startPayment } from '../../tests/support/payment.ts';
import { call, failureOf } from '../../tests/support/unary-client.ts';

// A request that goes on after its call ended keeps a socket, and may write what nobody waits for any more.

/** Tells for each request of a client, by its operation, whether it can be aborted. */
function requestsOf(dynamoDb: DynamoDBClient): (readonly [operation: string, isAbortable: boolean])[] {
  const requests: (readonly [string, boolean])[] = [];
  const { requestHandler } = dynamoDb.config;
  const handle = requestHandler.handle.bind(requestHandler);
  requestHandler.handle = (request, options) => {
    const [, operation = ''] = String(request.headers['x-amz-target']).split('.');
    requests.push([operation, options !== undefined && 'abortSignal' in options && options.abortSignal !== undefined]);
    return handle(request, options);
  };
  return requests;
}

test('every request of Inventory to DynamoDB ends with the call that made it', async () => {
  const inventory = await startInventory({ catalogue: [itemInStock('pen', 5)] });
  try {
    const requests = requestsOf(inventory.dynamoDb);
    const { client } = inventory;
    const restock = { itemId: 'pen', name: '', unitPrice: undefined, count: 1 };
    await call(client, client.restock, { ...restock, requestId: 'restock' });
    await inventory.reserve('order', [{ itemId: 'pen', count: 1 }]);
    await failureOf(inventory.reserve('refused', [{ itemId: 'pen', count: 50 }]));
    await inventory.commit('order');
    await failureOf(inventory.release('order'));
    await inventory.reservation('order');
    await inventory.stock('pen');
    await inventory.sweep();
    await inventory.otherInstance.items.putIfAbsent(itemInStock('ink', 5), new AbortController().signal);
    expect(requests.filter(([, isAbortable]) => !isAbortable)).toEqual([]);
    expect(new Set(requests.map(([operation]) => operation))).toEqual(
      new Set(['GetItem', 'BatchGetItem', 'TransactWriteItems', 'Query', 'PutItem']),
    );
  } finally {
    await inventory.close();
  }
});

test('every request of Payment to DynamoDB, and of the simulated provider, ends with the call that made it', async () => {
  const payment = await startPayment();
  try {
    const requests = requestsOf(payment.dynamoDb);
    await failureOf(payment.authorize('order', { method: 'tok_timeout' }));
    await payment.authorize('order', { method: 'tok_timeout' });
    await payment.capture('order');
    await failureOf(payment.void('order'));
    await payment.refund('order');
    await payment.payment('order');
    await payment.authorize('voided');
    await payment.void('voided');
    await payment.recheck();
    expect(requests.filter(([, isAbortable]) => !isAbortable)).toEqual([]);
    expect(new Set(requests.map(([operation]) => operation))).toEqual(
      new Set(['GetItem', 'PutItem', 'UpdateItem', 'Query']),
    );
  } finally {
    await payment.close();
  }
});
