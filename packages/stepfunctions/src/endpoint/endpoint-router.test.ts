import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { CreateTableCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import {
  DeleteFunctionCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  ListFunctionsCommand,
} from '@aws-sdk/client-lambda';
import { ListStateMachinesCommand, SFNClient, StartSyncExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type DynamoDb, startDynamoDb } from '../../../../tests/support/dynamodb.ts';
import { startStepFunctionsServer } from '../server.ts';
import { withHttpServers, withTestServers } from '../testing/fixtures.ts';
import { EndpointRouter } from './endpoint-router.ts';

let dynamodb: DynamoDb;
const serve = withTestServers();
const serveOther = withHttpServers();

beforeAll(async () => {
  dynamodb = await startDynamoDb();
});

afterAll(() => dynamodb.close());

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
function clientOptions(endpoint: string) {
  return { endpoint, region: 'us-east-1', credentials, maxAttempts: 1 };
}

describe('one endpoint', () => {
  test('serves Step Functions, DynamoDB and Lambda to AWS’s own SDK', async () => {
    const server = await serve({ work: (event) => ({ got: event }) }, { dynamodbEndpoint: dynamodb.endpoint });
    const options = clientOptions(server.url);
    const machines = await new SFNClient(options).send(new ListStateMachinesCommand({}));
    expect(machines.stateMachines).toEqual([]);
    const tables = new DynamoDBClient(options);
    await tables.send(
      new CreateTableCommand({
        TableName: 'through-the-proxy',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      }),
    );
    expect((await tables.send(new ListTablesCommand({}))).TableNames).toContain('through-the-proxy');
    const invoked = await new LambdaClient(options).send(
      new InvokeCommand({ FunctionName: 'work', Payload: Buffer.from('{"a":1}') }),
    );
    expect(JSON.parse(Buffer.from(invoked.Payload ?? []).toString())).toEqual({ got: { a: 1 } });
  });

  test('serves StartSyncExecution to the SDK, told not to put a prefix before the host name', async () => {
    const server = await serve();
    const pass = { StartAt: 'A', States: { A: { Type: 'Pass', End: true } } };
    const stateMachineArn = await server.create('sync', pass, { type: 'EXPRESS' });
    const client = new SFNClient({ ...clientOptions(server.url), disableHostPrefix: true });
    const answer = await client.send(new StartSyncExecutionCommand({ stateMachineArn, input: '{"a":1}' }));
    expect(answer).toMatchObject({ status: 'SUCCEEDED', output: '{"a":1}' });
    expect(answer.stopDate).toBeInstanceOf(Date);
  });

  test.each(['arn:aws:lambda:us-east-1:000000000000:function:work', '000000000000:function:work', 'work:$LATEST'])(
    'invokes the function %s, however it is named',
    async (FunctionName) => {
      const server = await serve({ work: () => ({ done: true }) });
      const { Payload } = await new LambdaClient(clientOptions(server.url)).send(
        new InvokeCommand({ FunctionName, Payload: '{}' }),
      );
      expect(Buffer.from(Payload ?? []).toString()).toBe('{"done":true}');
    },
  );

  test('lists and describes the functions that state machines call', async () => {
    const server = await serve();
    const arn = 'arn:aws:lambda:us-east-1:000000000000:function:';
    const invoke = {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke',
      Parameters: { FunctionName: 'two:live' },
    };
    const partial = { ...invoke, Parameters: { FunctionName: '123456789012:function:three:1' } };
    const States = {
      A: { Type: 'Task', Resource: `${arn}one`, Next: 'B' },
      B: { ...invoke, Next: 'C' },
      C: { ...partial, End: true },
    };
    await server.create('calls', { StartAt: 'A', States });
    const client = new LambdaClient(clientOptions(server.url));
    const { Functions = [] } = await client.send(new ListFunctionsCommand({}));
    expect(Functions.map(({ FunctionName }) => FunctionName)).toEqual(['one', 'three', 'two']);
    const { Configuration } = await client.send(new GetFunctionCommand({ FunctionName: `${arn}one` }));
    expect(Configuration).toMatchObject({ FunctionArn: `${arn}one`, State: 'Active' });
    await expect(client.send(new GetFunctionCommand({ FunctionName: 'none' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: `Function not found: ${arn}none`,
    });
  });

  test.each([
    ['without an error of AWS', {}],
    ['as an unknown operation', { 'x-amzn-errortype': 'UnknownOperationException' }],
  ])('lists functions where the Lambda endpoint refuses that %s', async (_how, refusal) => {
    const other = await serveOther((request, response) => {
      request.resume();
      response.writeHead(404, { 'content-type': 'application/json', ...refusal }).end('{"Message":"no"}');
    });
    const server = await serve({}, { lambdaEndpoint: other.url });
    const listed = await new LambdaClient(clientOptions(server.url)).send(new ListFunctionsCommand({}));
    expect(listed.Functions).toEqual([]);
  });

  test('passes other calls of Lambda’s API on, and says which it does not serve where the endpoint does not either', async () => {
    const calls: string[] = [];
    const other = await serveOther((request, response) => {
      request.resume();
      calls.push(`${request.method} ${request.url}`);
      const known = request.url?.includes('/known') || request.url?.includes('mappings');
      response.writeHead(known ? 200 : 404, { 'content-type': 'application/json' });
      response.end(
        known ? '{"FunctionName":"real","EventSourceMappings":[]}' : '{"statusCode":404,"error":"Not Found"}',
      );
    });
    const lambdaEndpoint = other.url;
    const server = await serve({}, { lambdaEndpoint });
    const client = new LambdaClient(clientOptions(server.url));
    expect(await client.send(new GetFunctionConfigurationCommand({ FunctionName: 'known' }))).toMatchObject({
      FunctionName: 'real',
    });
    expect(await client.send(new ListEventSourceMappingsCommand({}))).toMatchObject({ EventSourceMappings: [] });
    expect((await client.send(new ListFunctionsCommand({}))).Functions).toEqual([]);
    await expect(client.send(new DeleteFunctionCommand({ FunctionName: 'lost' }))).rejects.toThrow(
      /^This endpoint serves Step Functions/,
    );
    expect(calls).toEqual([
      'GET /2015-03-31/functions/known/configuration',
      'GET /2015-03-31/event-source-mappings',
      'GET /2015-03-31/functions',
      'DELETE /2015-03-31/functions/lost',
    ]);
  });

  const signed = (service: string) => ({
    authorization: `AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
  });
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  test.each<[string, string, Readonly<Record<string, string>>, RegExp]>([
    [
      'POST',
      'cloudformation',
      { ...form, ...signed('cloudformation') },
      /^<ErrorResponse><Error><Type>Sender<.*<Code>Unknown/,
    ],
    ['POST', 'ec2', { ...form, ...signed('ec2') }, /^<Response><Errors><Error><Code>UnknownOperationException</],
    [
      'GET',
      's3',
      signed('s3'),
      /^<Error><Code>UnknownOperationException<.*This endpoint serves Step Functions.*unset AWS_ENDPOINT_URL/,
    ],
    ['POST', 'logs', signed('logs'), /^\{"__type":"UnknownOperationException"/],
    ['GET', 'a browser, of what is not there,', { accept: 'text/html,*/*' }, /^This endpoint serves Step Functions/],
  ])('refuses a %s of %s in a format that the caller can read', async (method, _name, headers, answer) => {
    const server = await serve();
    const body = method === 'POST' ? 'Action=ListStacks' : null;
    // What is at `/` for a browser: console-files.test.ts.
    const response = await fetch(new URL('/none', server.url), { method, headers, body });
    expect(response.status).toBe(400);
    expect(await response.text()).toMatch(answer);
  });

  test('tells scripts that wait for LocalStack what runs', async () => {
    const server = await serve();
    const response = await fetch(`${server.url}/_localstack/health`);
    expect(await response.json()).toMatchObject({ services: { stepfunctions: 'running', lambda: 'running' } });
  });

  test('refuses a request on which routing fails, and logs why', async () => {
    const warnings: object[] = [];
    const failing = new EndpointRouter({
      stepFunctions: () => Promise.resolve(),
      metrics: () => '',
      load: () => {
        throw new Error('no load');
      },
      lambdaEndpoint: undefined,
      dynamodbEndpoint: undefined,
      functions: { names: () => [], arnPrefix: '' },
      account: '000000000000',
      logger: { warn: (fields) => warnings.push(fields) },
    });
    const other = await serveOther((request, response) => failing.route(request, response));
    const url = other.url;
    const response = await fetch(`${url}/health`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ __type: 'ValidationException' });
    expect(warnings).toEqual([{ err: new Error('no load') }]);
  });

  test('tells who it is', async () => {
    const server = await serve({}, { account: '123456789012' });
    const response = await fetch(server.url, {
      method: 'POST',
      body: new URLSearchParams({ Action: 'GetCallerIdentity', Version: '2011-06-15' }),
    });
    expect(await response.text()).toContain('<Account>123456789012</Account>');
  });

  test('passes bodies and headers on byte for byte, in both directions', async () => {
    const body = Buffer.from([0, 255, 13, 10, 128]);
    const seen: { headers: unknown; body: Buffer }[] = [];
    const other = await serveOther((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        seen.push({ headers: request.headers['x-own'], body: Buffer.concat(chunks) });
        response.writeHead(418, { 'x-amz-crc32': '1' });
        response.end(body);
      });
    });
    const dynamodbEndpoint = other.url;
    const server = await serve({}, { dynamodbEndpoint });
    const headers = { 'x-amz-target': 'DynamoDB_20120810.GetItem', 'x-own': 'kept' };
    const response = await fetch(server.url, { method: 'POST', headers, body });
    expect(response.status).toBe(418);
    expect(response.headers.get('x-amz-crc32')).toBe('1');
    expect(Buffer.from(await response.arrayBuffer())).toEqual(body);
    expect(seen).toEqual([{ headers: 'kept', body }]);
  });

  test('lets no web page call a function, start an execution or read a table', async () => {
    let invoked = 0;
    const server = await serve({ work: () => ({ invoked: ++invoked }) }, { dynamodbEndpoint: dynamodb.endpoint });
    const pages = [{ origin: 'https://elsewhere.example' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }];
    const calls = ['AWSStepFunctions.ListStateMachines', 'DynamoDB_20120810.ListTables', undefined];
    for (const target of calls) {
      const headers = { 'content-type': 'application/x-amz-json-1.0', ...(target && { 'x-amz-target': target }) };
      const url = target === undefined ? `${server.url}/2015-03-31/functions/work/invocations` : server.url;
      for (const page of pages) {
        const answered = await statusOf(url, { ...headers, ...page });
        expect([target, page, answered]).toEqual([target, page, 403]);
      }
      expect(await statusOf(url, headers)).not.toBe(403);
    }
    expect(await statusOf(server.url, { host: 'rebound.example', 'x-amz-target': calls[0] ?? '' })).toBe(403);
    expect(invoked).toBe(1);
  });

  test('a call to a service without an endpoint is refused with the option that gives it one', async () => {
    const alone = await startStepFunctionsServer({ dataDir: ':memory:' });
    try {
      const invocation = await fetch(`${alone.url}/2015-03-31/functions/work/invocations`, { method: 'POST' });
      expect(invocation.status).toBe(400);
      expect(await invocation.json()).toMatchObject({ message: expect.stringContaining('--lambda-endpoint') });
      const headers = { 'x-amz-target': 'DynamoDB_20120810.GetItem' };
      const get = await fetch(alone.url, { method: 'POST', headers, body: '{}' });
      expect(await get.json()).toMatchObject({ message: expect.stringContaining('--dynamodb-endpoint') });
    } finally {
      await alone.close();
    }
  });

  test('answers 503, which SDKs try again, while a service behind it is away', async () => {
    const warnings: string[] = [];
    const quiet = { debug: () => {}, info: () => {}, error: () => {} };
    const logger = { ...quiet, warn: (_fields: object, message: string) => warnings.push(message) };
    const server = await serve({}, { dynamodbEndpoint: 'http://127.0.0.1:1', logger });
    const headers = { 'x-amz-target': 'DynamoDB_20120810.GetItem' };
    const response = await fetch(server.url, { method: 'POST', headers, body: '{}' });
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ __type: 'ServiceUnavailable' });
    expect(warnings).toEqual(['a proxied service cannot be reached']);
  });
});

async function statusOf(url: string, headers: Readonly<Record<string, string>>): Promise<number | undefined> {
  const sent = request(url, { method: 'POST', agent: false, headers }).end('{}');
  const [answered] = (await once(sent, 'response')) as [IncomingMessage];
  return answered.resume().statusCode;
}
