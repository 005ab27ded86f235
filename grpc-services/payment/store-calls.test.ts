import { afterEach, expect, test } from '@jest/globals';
import { requestsOf } from '../../tests/support/dynamodb-requests.ts';
import { startPayment, type TestPayment } from '../../tests/support/payment.ts';

// A budget, not a timing: every call is a round trip that each order pays for, and a charge on a bill.
let payment: TestPayment;

afterEach(() => payment.close());

test('an order that is authorized and captured costs six DynamoDB calls: each step its intent, the provider and the outcome', async () => {
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
