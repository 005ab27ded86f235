import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type HttpServer, startHttpServer } from '../../tests/support/http-server.ts';
import { AwsCalls } from './aws-calls.ts';
import { orderRecord } from './order-runs.ts';
import { PlainSaga } from './plain-saga.ts';

const calls: { readonly what: string; readonly body: string }[] = [];
const results: Readonly<Record<string, unknown>> = {
  'orders-test-reserveInventory': {
    amount_minor: 500,
    currency: 'USD',
    lines: [{ item_id: 'a', name: 'A', count: 1, unit_price_minor: 500 }],
  },
  'orders-test-authorizePayment': { payment_id: 'payment-1' },
};
let server: HttpServer;
let aws: AwsCalls;

beforeAll(async () => {
  server = await startHttpServer(async (request, response) => {
    const body = await text(request);
    const functionName = /functions\/([^/]+)/.exec(request.url ?? '')?.[1];
    calls.push({ what: functionName ?? String(request.headers['x-amz-target']), body });
    response.end(JSON.stringify((functionName && results[functionName]) ?? {}));
  });
  aws = new AwsCalls(server.url);
});
afterAll(async () => {
  aws.close();
  await server.close();
});

test('the plain loop makes the calls of the state machine in order, each with every expression replaced', async () => {
  const order = orderRecord([{ id: 'a', count: 1 }]);
  await new PlainSaga({ lambda: aws, dynamodb: aws, stage: 'test' }).run(order);
  expect(calls.map(({ what }) => what)).toStrictEqual([
    'orders-test-reserveInventory',
    'DynamoDB_20120810.UpdateItem',
    'orders-test-authorizePayment',
    'DynamoDB_20120810.UpdateItem',
    'orders-test-capturePayment',
    'DynamoDB_20120810.UpdateItem',
    'orders-test-commitInventory',
    'DynamoDB_20120810.UpdateItem',
  ]);
  for (const { body } of calls) {
    expect(body).toContain(order.order_id);
    expect(body).not.toMatch(/\{%|\$\{/);
  }
  expect(calls[3]?.body).toContain('payment-1');
});
