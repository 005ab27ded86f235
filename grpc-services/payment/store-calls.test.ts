import { afterEach, expect, test } from '@jest/globals';
import { startPayment, type TestPayment } from '../../tests/support/payment.ts';

// A budget, not a timing: every call is a round trip that each order pays for, and a charge on a bill.
let payment: TestPayment;

afterEach(() => payment.close());

/** The DynamoDB requests of the service from now on, by command. */
function countRequests(): readonly string[] {
  const requests: string[] = [];
  payment.dynamoDb.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        requests.push(String(commandName));
        return next(args);
      },
    { step: 'deserialize', name: 'count requests' },
  );
  return requests;
}

test('an order that is authorized and captured costs six DynamoDB calls: each step its intent, the provider and the outcome', async () => {
  payment = await startPayment();
  const requests = countRequests();
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
