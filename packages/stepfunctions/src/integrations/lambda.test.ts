import { describe, expect, test } from '@jest/globals';
import type { Json } from '../language/json.ts';
import { withHttpServers } from '../testing/fixtures.ts';
import type { Listener } from '../testing/http-server.ts';
import { HttpEndpoint } from './http-endpoint.ts';
import type { IntegrationTarget } from './integration.ts';
import { Lambda } from './lambda.ts';

const PREFIX = 'arn:aws:lambda:us-east-1:000000000000:function:';
const target: IntegrationTarget = {
  kind: 'INTEGRATION',
  resource: 'arn:aws:states:::lambda:invoke',
  service: 'lambda',
  action: 'invoke',
  sdk: false,
  pattern: 'REQUEST_RESPONSE',
};
const never = new AbortController().signal;
const serve = withHttpServers();

async function listen(handler: Listener, port = 0): Promise<number> {
  return (await serve(handler, port)).port;
}

function lambdaOn(port: number, patienceSeconds = 0): Lambda {
  return new Lambda(new HttpEndpoint(`http://127.0.0.1:${port}`, 4, patienceSeconds), PREFIX);
}

function answering(status: number, headers: { [name: string]: string }, body: string): Promise<number> {
  return listen((_request, response) => {
    response.writeHead(status, headers);
    response.end(body);
  });
}

function invoke(lambda: Lambda, input: Json): Promise<Json> {
  return lambda.invoke({ target, input, origin: { executionArn: 'arn', taskId: '1' }, cancelled: never });
}

describe('lambda:invoke', () => {
  test('lambda:invoke sends its parameters and answers in the shape of the service integration', async () => {
    const seen: unknown[] = [];
    const port = await listen((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += String(chunk);
      });
      request.on('end', () => {
        seen.push(request.url, request.headers['x-amz-invocation-type'], body);
        response.writeHead(200, { 'x-amz-executed-version': '7' });
        response.end('{"ok":true}');
      });
    });
    const parameters = { FunctionName: `${PREFIX}work`, Qualifier: 'live', Payload: { a: 1 }, InvocationType: 'Event' };
    const result = await invoke(lambdaOn(port), parameters);
    expect(seen).toEqual(['/2015-03-31/functions/work/invocations?Qualifier=live', 'Event', '{"a":1}']);
    expect(result).toMatchObject({
      ExecutedVersion: '7',
      Payload: { ok: true },
      StatusCode: 200,
      SdkHttpMetadata: { HttpStatusCode: 200 },
    });
  });

  test('lambda:invoke fails without the name of a function', async () => {
    await expect(invoke(lambdaOn(1), { Payload: {} })).rejects.toMatchObject({ error: 'States.Runtime' });
  });
});

describe('failing functions', () => {
  const failing = (body: string): Promise<number> => answering(200, { 'x-amz-function-error': 'Unhandled' }, body);

  test('a function that throws fails the task with its error name, and its payload as the cause', async () => {
    const body = '{"errorType":"OutOfStockError","errorMessage":"none left"}';
    const lambda = lambdaOn(await failing(body));
    await expect(lambda.callFunction(`${PREFIX}work`, {}, never)).rejects.toMatchObject({
      error: 'OutOfStockError',
      causeText: body,
    });
  });

  test('a function that fails without an error type fails the task with Lambda.Unknown', async () => {
    const lambda = lambdaOn(await failing('{"errorMessage":"2026 Task timed out after 3.00 seconds"}'));
    await expect(lambda.callFunction(`${PREFIX}work`, {}, never)).rejects.toMatchObject({ error: 'Lambda.Unknown' });
  });

  test('a function whose answer is too large fails the task with States.DataLimitExceeded', async () => {
    const lambda = lambdaOn(await answering(200, {}, `"${'a'.repeat(262_144)}"`));
    await expect(lambda.callFunction(`${PREFIX}work`, {}, never)).rejects.toMatchObject({
      error: 'States.DataLimitExceeded',
    });
  });
});

describe('the Lambda endpoint', () => {
  test.each([
    [404, {}, 'Lambda.ResourceNotFoundException'],
    [429, {}, 'Lambda.TooManyRequestsException'],
    [500, {}, 'Lambda.ServiceException'],
    [400, { 'x-amzn-errortype': 'InvalidRequestContentException:http://x' }, 'Lambda.InvalidRequestContentException'],
  ])('a call that Lambda refuses with %i fails the task with the exception’s name', async (status, headers, error) => {
    const lambda = lambdaOn(await answering(status, headers, '{"Message":"no"}'));
    await expect(lambda.callFunction(`${PREFIX}work`, {}, never)).rejects.toMatchObject({ error });
  });

  test('a call waits for a Lambda endpoint that restarts', async () => {
    const { port, close } = await serve((_request, response) => response.end('1'));
    await close();
    const answer = lambdaOn(port, 20).callFunction(`${PREFIX}work`, {}, never);
    await new Promise((done) => setTimeout(done, 80));
    await listen((_request, response) => response.end('"back"'), port);
    expect(await answer).toBe('back');
  });

  test('a Lambda endpoint that stays down fails the task with Lambda.SdkClientException', async () => {
    const { port, close } = await serve((_request, response) => response.end('1'));
    await close();
    await expect(lambdaOn(port).callFunction(`${PREFIX}work`, {}, never)).rejects.toMatchObject({
      error: 'Lambda.SdkClientException',
    });
  });

  test('a cancelled call no longer waits for the Lambda endpoint', async () => {
    const port = await listen(() => undefined);
    const controller = new AbortController();
    const answer = lambdaOn(port, 20).callFunction(`${PREFIX}work`, {}, controller.signal);
    controller.abort();
    await expect(answer).rejects.toMatchObject({ name: 'AbortError' });
  });
});
