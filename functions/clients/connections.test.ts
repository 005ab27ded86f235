import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ListExecutionsCommand } from '@aws-sdk/client-sfn';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type AwsOptions, isWorthRetrying } from './aws.ts';
import { createDynamoDb } from './dynamodb.ts';
import { createStepFunctions } from './step-functions.ts';

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

describe.each(CLIENTS)('a client of %s', (_service, create) => {
  test('holds 256 connections, and what is more waits for one of them', async () => {
    const held: ServerResponse[] = [];
    let answering = false;
    const options = await serve((response) => {
      if (answering) answer(response);
      else held.push(response);
    });
    const client = create(options);
    const calls = Array.from({ length: 270 }, () => client.call());
    const outcomes = Promise.allSettled(calls);
    while (held.length < 256) await pause(5);
    await pause(100);
    expect(held).toHaveLength(256);
    answering = true;
    for (const response of held) answer(response);
    expect((await outcomes).filter(({ status }) => status === 'rejected')).toEqual([]);
    client.close();
  });

  test('gives up on a service that says nothing', async () => {
    const client = create(await serve(() => undefined));
    const failure = await client.call().catch((error: unknown) => error);
    client.close();
    expect(failure).toMatchObject({ name: 'TimeoutError' });
    expect(isWorthRetrying(failure)).toBe(true);
  }, 20_000);
});

function answer(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end('{"executions":[]}');
}

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

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
