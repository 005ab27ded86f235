import { createServer, type Server } from 'node:http';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, expect, test } from '@jest/globals';
import { isThrottling, isTransient } from './transient-errors.ts';

// The SDK's own client and signer, and a service whose clock goes otherwise.
let server: Server;
let requests = 0;

afterEach(() => {
  server?.closeAllConnections();
  return new Promise((resolve) => server?.close(resolve));
});

/** The error of a call that a service refuses, by whose clock it is so many minutes later. */
async function refusal(status: number, name: string, minutes: number): Promise<Error> {
  server = createServer((request, response) => {
    request.resume();
    requests += 1;
    response.writeHead(status, {
      'content-type': 'application/x-amz-json-1.0',
      date: new Date(Date.now() + minutes * 60_000 + requests).toUTCString(),
    });
    response.end(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: 'refused' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
  const failure = await client.send(new GetItemCommand({ TableName: 't', Key: {} })).catch((error: unknown) => error);
  client.destroy();
  if (!(failure instanceof Error)) {
    throw new Error('The call was not refused.');
  }
  return failure;
}

test.each([0, 60, -60])(
  'a failed condition is no reason to try again, with clocks %i minutes apart',
  async (minutes) => {
    const failure = await refusal(400, 'ConditionalCheckFailedException', minutes);
    expect(failure.name).toBe('ConditionalCheckFailedException');
    expect([isTransient(failure), isThrottling(failure)]).toEqual([false, false]);
  },
);

test.each([0, 60])('throttling and faults of the service are one, with clocks %i minutes apart', async (minutes) => {
  expect(isThrottling(await refusal(400, 'ProvisionedThroughputExceededException', minutes))).toBe(true);
  server.closeAllConnections();
  server.close();
  expect(isTransient(await refusal(503, 'ServiceUnavailable', minutes))).toBe(true);
});

test('a request that is refused for its time is tried again: the SDK has corrected its clock', async () => {
  expect(isTransient(await refusal(400, 'RequestTimeTooSkewed', 60))).toBe(true);
});

test.each(['EMFILE', 'ENFILE', 'ENOBUFS', 'EADDRNOTAVAIL'])(
  'a call for which no socket was left (%s) is tried again, for nothing was done',
  (code) => {
    expect(isTransient(Object.assign(new Error(`connect ${code}`), { code }))).toBe(true);
  },
);
