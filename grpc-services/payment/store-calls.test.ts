import { afterEach, expect, test } from '@jest/globals';
import { requestsOf } from '../../tests/support/dynamodb-requests.ts';
import { startPayment, type TestPayment } from '../../tests/support/payment.ts';

// A budget: every DynamoDB call costs each order a round trip, and money.
let payment: TestPayment;

afterEach(() => payment.close());

test('Authorize and Capture of an order take six DynamoDB calls: an intent, the provider and an outcome each', async () => {
  payment = await startPayment();
  const requests = requestsOf(payment.dynamoDb);
  await payment.authorize('order');
  await payment.capture('order');
  expect(requests).toEqual([
    'PutItemCommand',
    'UpdateItemCommand',
    'PutItemCommand',
    'UpdateItemCommand',
    'UpdateItemCommand',
    'PutItemCommand',
  ]);
});
