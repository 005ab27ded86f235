import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ListExecutionsCommand } from '@aws-sdk/client-sfn';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type AwsOptions, createDynamoDb, createStepFunctions, isWorthRetrying } from './aws.ts';

const MOST_CONNECTIONS = 256;
const WAVE = 16;
const ANSWER = '{"executions":[]}';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

interface Client {
  readonly call: () => Promise<unknown>;
  readonly close: () => void;
}
const CLIENTS: readonly (readonly [string, (options: AwsOptions) => Client])[] = [
  [
    'DynamoDB',
    (options) => {
      const client = createDynamoDb(options);
      const key = { TableName: 'orders', Key: { order_id: 'o' } };
      return { call: () => client.send(new GetCommand(key)), close: () => client.destroy() };
    },
  ],
  [
    'Step Functions',
    (options) => {
      const client = createStepFunctions(options);
      return { call: () => client.send(new ListExecutionsCommand({})), close: () => client.destroy() };
    },
  ],
];

describe.each(CLIENTS)('the %s client', (_service, create) => {
  test('holds at most 256 connections; further calls wait for one', async () => {
    const held = new Set<ServerResponse>();
    let most = 0;
    let isHolding = false;
    const options = await serve((response) => {
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
      if (!isHolding) {
        response.end(ANSWER);
        return;
      }
      // The head of a response stops the client's timeout. The connection is free after the whole response.
      response.flushHeaders();
      held.add(response);
      most = Math.max(most, held.size);
      response.once('close', () => held.delete(response));
    });
    const client = create(options);
    await client.call();
    isHolding = true;
    const calls: Promise<unknown>[] = [];
    // A few at a time: connecting has a timeout too, and on a busy machine a call that exceeds it is replaced.
    while (held.size < MOST_CONNECTIONS) {
      const before = held.size;
      for (let asked = 0; asked < Math.min(WAVE, MOST_CONNECTIONS - before); asked += 1) {
        calls.push(client.call());
      }
      for (let waited = 0; waited < 200 && held.size < Math.min(before + WAVE, MOST_CONNECTIONS); waited += 1) {
        await pause(5);
      }
    }
    calls.push(client.call(), client.call());
    await pause(200);
    expect(most).toBe(MOST_CONNECTIONS);
    isHolding = false;
    for (const response of held) {
      response.end(ANSWER);
    }
    const outcomes = await Promise.allSettled(calls);
    expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThanOrEqual(MOST_CONNECTIONS);
    client.close();
  }, 60_000);

  test('times out on a service that sends nothing', async () => {
    const client = create(await serve(() => undefined));
    const failure = await client.call().catch((error: unknown) => error);
    client.close();
    expect(failure).toMatchObject({ name: 'TimeoutError' });
    expect(isWorthRetrying(failure)).toBe(true);
  });
});

async function serve(handle: (response: ServerResponse) => void): Promise<AwsOptions> {
  const server = createServer((incoming, response) => {
    incoming.resume();
    handle(response);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 4_096, resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
