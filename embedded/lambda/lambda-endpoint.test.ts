import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from '@jest/globals';
import type { Handler } from './invocation.ts';
import { createLambdaEndpoint } from './lambda-endpoint.ts';

let server: Server | undefined;

afterEach(async () => {
  server?.closeAllConnections();
  server?.close();
});

async function endpointWith(handler: Handler, timeoutSeconds = 10): Promise<string> {
  const definition = { name: 'orders-dev-work', module: '', exportName: 'handler', timeoutSeconds, memoryMb: 256 };
  server = createLambdaEndpoint([{ ...definition, preloaded: true }], async () => handler);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/2015-03-31/functions`;
}

async function invoked(url: string, body: string, headers: Readonly<Record<string, string>> = {}) {
  const response = await fetch(`${url}/orders-dev-work/invocations`, { method: 'POST', body, headers });
  const error = response.headers.get('x-amz-function-error');
  const refusal = response.headers.get('x-amzn-errortype');
  return { status: response.status, error, refusal, text: await response.text() };
}

test('a function gets the event and its context, and its result is the answer', async () => {
  const url = await endpointWith((event, { functionName, getRemainingTimeInMillis, memoryLimitInMB }) => {
    const left = getRemainingTimeInMillis();
    return { event, functionName, memoryLimitInMB, inTime: left > 5_000 && left <= 10_000 };
  });
  const { status, error, text } = await invoked(url, '{"order_id":"a"}');
  expect([status, error]).toEqual([200, null]);
  expect(JSON.parse(text)).toEqual({
    event: { order_id: 'a' },
    functionName: 'orders-dev-work',
    memoryLimitInMB: '256',
    inTime: true,
  });
});

test('a call without a body passes an empty event, and a handler without a result answers null', async () => {
  const events: unknown[] = [];
  const url = await endpointWith((event) => {
    events.push(event);
  });
  expect(await invoked(url, '')).toMatchObject({ status: 200, text: 'null' });
  expect(events).toEqual([{}]);
});

test('an error that a function throws keeps its own name, which a Catch of the saga looks for', async () => {
  class OutOfStockError extends Error {
    override readonly name = 'OutOfStockError';
  }
  const url = await endpointWith(async () => {
    throw new OutOfStockError('2 wanted, 1 left');
  });
  const { status, error, text } = await invoked(url, '{}');
  expect([status, error]).toEqual([200, 'Unhandled']);
  const payload = JSON.parse(text) as { readonly trace: readonly string[] };
  expect(payload).toMatchObject({ errorType: 'OutOfStockError', errorMessage: '2 wanted, 1 left' });
  expect(payload.trace.length).toBeGreaterThan(1);
});

test('something thrown that is no error, and a result that is no JSON, are errors of the function', async () => {
  const thrown = await endpointWith(() => Promise.reject('broken'));
  expect(JSON.parse((await invoked(thrown, '{}')).text)).toEqual({
    errorType: 'string',
    errorMessage: 'broken',
    trace: [],
  });
  server?.close();
  const circular = await endpointWith(() => 1n);
  expect(await invoked(circular, '{}')).toMatchObject({ status: 200, error: 'Unhandled' });
});

test('a function that runs longer than its timeout is answered as timed out', async () => {
  const url = await endpointWith(() => sleep(5_000, 'too late', { ref: false }), 0.05);
  const { error, text } = await invoked(url, '{}');
  expect(error).toBe('Unhandled');
  expect(JSON.parse(text)).toEqual({
    errorType: 'Sandbox.Timedout',
    errorMessage: expect.stringMatching(/^RequestId: [\w-]{36} Error: Task timed out after 0\.05 seconds$/),
  });
});

test('an asynchronous call is answered at once, and a dry run calls nothing', async () => {
  const events: unknown[] = [];
  const gate = Promise.withResolvers<void>();
  const url = await endpointWith(async (event) => {
    events.push(event);
    await gate.promise;
  });
  expect(await invoked(url, '{"n":1}', { 'x-amz-invocation-type': 'DryRun' })).toMatchObject({ status: 204, text: '' });
  expect(await invoked(url, '{"n":2}', { 'x-amz-invocation-type': 'Event' })).toMatchObject({ status: 202, text: '' });
  gate.resolve();
  expect(events).toEqual([{ n: 2 }]);
});

test('the functions are listed and described, so that a caller finds the names', async () => {
  const url = await endpointWith(() => ({}));
  const described = {
    FunctionName: 'orders-dev-work',
    FunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:orders-dev-work',
    State: 'Active',
  };
  expect(await (await fetch(url)).json()).toMatchObject({ Functions: [described] });
  expect(await (await fetch(`${url}/orders-dev-work`)).json()).toMatchObject({ Configuration: described });
  const missing = await fetch(`${url}/unknown`);
  expect([missing.status, missing.headers.get('x-amzn-errortype')]).toEqual([404, 'ResourceNotFoundException']);
});

test.each([
  ['an unknown function', '/unknown/invocations', {}, '{}', 404, 'ResourceNotFoundException'],
  ['another operation', '/orders-dev-work', {}, '{}', 404, 'UnknownOperationException'],
  ['a body that is no JSON', '/orders-dev-work/invocations', {}, '{', 400, 'InvalidRequestContentException'],
  [
    'an unknown invocation type',
    '/orders-dev-work/invocations',
    { 'x-amz-invocation-type': 'Later' },
    '{}',
    400,
    'InvalidParameterValueException',
  ],
  [
    'a web page of another origin',
    '/orders-dev-work/invocations',
    { origin: 'https://elsewhere.example' },
    '{}',
    403,
    'AccessDeniedException',
  ],
  [
    'a body over the limit',
    '/orders-dev-work/invocations',
    {},
    `"${'a'.repeat(6_291_456)}"`,
    413,
    'RequestTooLargeException',
  ],
])('%s is refused by the name of AWS, and calls nothing', async (_what, path, headers, body, status, type) => {
  let calls = 0;
  const url = await endpointWith(() => {
    calls += 1;
  });
  const response = await fetch(`${url}${path}`, { method: 'POST', body, headers });
  expect([response.status, response.headers.get('x-amzn-errortype'), calls]).toEqual([status, type, 0]);
});
