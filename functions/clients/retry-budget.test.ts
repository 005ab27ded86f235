import { createServer } from 'node:http';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { ListExecutionsCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { listenOnFreePort } from '../../tests/support/free-port.ts';
import { createDynamoDb, createStepFunctions } from './aws.ts';

// A service that fails every request. The tests count the extra requests that retries make.
const CALLS = 400;
const WAVE = 50;
let requests = 0;
const service = createServer((incoming, response) => {
  requests += 1;
  incoming.resume();
  response.writeHead(500, { 'content-type': 'application/x-amz-json-1.0' }).end('{"__type":"InternalServerError"}');
});

let options: { endpoint: string; region: string; credentials: { accessKeyId: string; secretAccessKey: string } };
beforeAll(async () => {
  const port = await listenOnFreePort(service);
  const endpoint = `http://127.0.0.1:${port}`;
  options = { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
});
beforeEach(() => {
  requests = 0;
});
afterAll(() => {
  service.close();
  service.closeAllConnections();
});

test('retries of DynamoDB calls share one budget, so that failing calls do not triple the load', async () => {
  const client = createDynamoDb(options);
  const key = { order_id: { S: 'order' } };
  // In waves: a call that times out while it waits for a connection makes no request.
  for (let made = 0; made < CALLS; made += WAVE) {
    const wave = Array.from({ length: WAVE }, () => client.send(new GetItemCommand({ TableName: 'orders', Key: key })));
    const outcomes = await Promise.allSettled(wave);
    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
  }
  client.destroy();
  // The SDK's standard mode: 500 tokens a client, 5 for each retry.
  expect(requests).toBeLessThanOrEqual(CALLS + 500 / 5);
  expect(requests).toBeGreaterThan(CALLS);
});

test('failed Step Functions calls are not retried', async () => {
  const client = createStepFunctions(options);
  const stateMachineArn = 'arn:aws:states:us-east-1:000000000000:stateMachine:order-saga';
  const outcomes = await Promise.allSettled(
    Array.from({ length: 20 }, () => client.send(new ListExecutionsCommand({ stateMachineArn }))),
  );
  expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
  client.destroy();
  expect(requests).toBe(20);
});
