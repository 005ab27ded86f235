import { expect, test } from '@jest/globals';
import { describeHttpCall, type HttpLink, hasEffect } from './network-call.ts';

const ORDER_ID = '11111111-2222-3333-4444-555555555555';
function call(link: HttpLink, url: string, target: string, body: unknown, method = 'POST') {
  return describeHttpCall(
    link,
    { method, url, headers: { 'x-amz-target': target } },
    Buffer.from(JSON.stringify(body)),
  );
}

test('calls that start a saga, wait in it or wake it are described with their order and task token', () => {
  const input = JSON.stringify({ order_id: ORDER_ID });
  expect(call('endpoint', '/', 'AWSStepFunctions.StartExecution', { name: ORDER_ID, input })).toEqual({
    link: 'endpoint',
    operation: 'StartExecution',
    order_id: ORDER_ID,
  });
  const path = '/2015-03-31/functions/order-service-dev-awaitPayment/invocations';
  const waiting = call('lambda', path, '', { order_id: ORDER_ID, task_token: 'a/b+c=' });
  expect(waiting).toEqual({ link: 'lambda', operation: 'awaitPayment', order_id: ORDER_ID, task_token: 'a/b+c=' });
  const woken = call('endpoint', '/', 'AWSStepFunctions.SendTaskSuccess', { taskToken: 'a/b+c=', output: '{}' });
  expect(woken).toEqual({ link: 'endpoint', operation: 'SendTaskSuccess', task_token: 'a/b+c=' });
});

test.each([
  [call('http', '/orders/status?order_id=1', '', {}, 'GET'), false],
  [call('http', '/orders/place', '', {}), true],
  [call('dynamodb', '/', 'DynamoDB_20120810.GetItem', {}), false],
  [call('dynamodb', '/', 'DynamoDB_20120810.Query', {}), false],
  [call('dynamodb', '/', 'DynamoDB_20120810.TransactWriteItems', {}), true],
  [call('endpoint', '/', 'AWSStepFunctions.DescribeExecution', {}), false],
  [call('endpoint', '/', 'AWSStepFunctions.SendTaskFailure', {}), true],
  [call('lambda', '/2015-03-31/functions/x-dev-capturePayment/invocations', '', {}), true],
])('the call %j has an effect: %j', (described, expected) => {
  expect(hasEffect(described)).toBe(expected);
});
