import { text } from 'node:stream/consumers';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { DescribeExecutionCommand, SFNClient } from '@aws-sdk/client-sfn';
import {
  BatchGetCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type HttpServer, startHttpServer } from '../tests/support/http-server.ts';
import { loopbackClient } from './loopback-client.ts';

// Each call is made by the SDK alone and directly, to a service that replies the same to both.

interface Seen {
  readonly target: string;
  readonly type: string;
  readonly body: unknown;
  readonly bySdk: boolean;
}

let server: HttpServer | undefined;
let seen: Seen[] = [];
afterEach(async () => {
  await server?.close();
  seen = [];
});

interface Reply {
  readonly status?: number;
  readonly body: object;
}

/** Clients of a service that gives these replies in turn, and the last one again and again. */
async function clientsOf(...replies: readonly Reply[]) {
  let served = 0;
  server = await startHttpServer(async (incoming, response) => {
    const body = JSON.parse(await text(incoming)) as Record<string, unknown>;
    // Random, for repeated transactions.
    delete body.ClientRequestToken;
    const { 'x-amz-target': target, 'content-type': type, 'user-agent': agent } = incoming.headers;
    seen.push({ target: String(target), type: String(type), body, bySdk: agent !== undefined });
    const reply = replies[Math.min(served, replies.length - 1)];
    served += 1;
    response.writeHead(reply?.status ?? 200, { 'x-amzn-requestid': 'r', 'content-type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify(reply?.body));
  });
  const endpoint = server.url;
  const settings = { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };
  const limits = { maxSockets: 8, connectionTimeout: 5_000, requestTimeout: 20_000 };
  const way = (service: string) => loopbackClient(endpoint, { service, region: 'us-east-1', limits });
  const documents = (more: object) =>
    DynamoDBDocumentClient.from(new DynamoDBClient({ ...settings, ...more }), {
      marshallOptions: { removeUndefinedValues: true },
    });
  return {
    bySdk: { documents: documents({}), states: new SFNClient(settings) },
    direct: {
      documents: way('dynamodb').shorten(documents(way('dynamodb').settings)),
      states: way('states').shorten(new SFNClient({ ...settings, ...way('states').settings })),
    },
  };
}

const ROW = {
  order_id: { S: 'o' },
  count: { N: '12' },
  big: { N: '3.5' },
  paid: { BOOL: true },
  none: { NULL: true },
  bytes: { B: 'AQID' },
  lines: { L: [{ M: { id: { S: 'pen' }, tags: { SS: ['a', 'b'] } } }] },
} as const;

const TABLE = { TableName: 'orders' };
const KEY = { order_id: 'o' };
const CALLS = [
  ['GetItem', () => new GetCommand({ ...TABLE, Key: KEY, ConsistentRead: true }), { Item: ROW }],
  ['GetItem of a row that is absent', () => new GetCommand({ ...TABLE, Key: KEY }), {}],
  ['PutItem', () => new PutCommand({ ...TABLE, Item: { ...KEY, gone: undefined, lines: [{ n: 1, s: 'ü' }] } }), {}],
  [
    'UpdateItem',
    () =>
      new UpdateCommand({
        ...TABLE,
        Key: KEY,
        UpdateExpression: 'SET #a = :a',
        ExpressionAttributeNames: { '#a': 'a' },
        ExpressionAttributeValues: { ':a': { deep: [true, null, new Uint8Array([1, 2, 3])] } },
        ReturnValues: 'ALL_NEW',
      }),
    { Attributes: ROW },
  ],
  [
    'Query',
    () =>
      new QueryCommand({
        ...TABLE,
        KeyConditionExpression: 'k = :k',
        ExpressionAttributeValues: { ':k': 'v' },
        ExclusiveStartKey: KEY,
      }),
    { Items: [ROW, ROW], LastEvaluatedKey: { order_id: { S: 'o' } }, Count: 2 },
  ],
  [
    'BatchGetItem',
    () => new BatchGetCommand({ RequestItems: { orders: { Keys: [KEY, { order_id: 'p' }] } } }),
    { Responses: { orders: [ROW] }, UnprocessedKeys: { orders: { Keys: [{ order_id: { S: 'p' } }] } } },
  ],
  [
    'TransactWriteItems',
    () =>
      new TransactWriteCommand({
        TransactItems: [
          { Put: { ...TABLE, Item: { ...KEY, n: 1 }, ConditionExpression: 'attribute_not_exists(order_id)' } },
          { Update: { ...TABLE, Key: KEY, UpdateExpression: 'SET n = :n', ExpressionAttributeValues: { ':n': 2 } } },
        ],
      }),
    {},
  ],
] as const;

test.each(CALLS)('%s: the service gets the same request, and the caller the same answer', async (_name, make, body) => {
  const { bySdk, direct } = await clientsOf({ body });
  const expected = await bySdk.documents.send(make() as GetCommand);
  const answer = await direct.documents.send(make() as GetCommand);
  expect(answer).toEqual(expected);
  const [ofSdk, ofDirect] = seen;
  expect(ofDirect).toEqual({ ...ofSdk, bySdk: false });
});

test('calls of other clients and plain commands go the same way, and times are dates', async () => {
  const { bySdk, direct } = await clientsOf({ body: { status: 'RUNNING', startDate: 1_700_000_000.5, Item: ROW } });
  const describeExecution = () => new DescribeExecutionCommand({ executionArn: 'arn:aws:states:x' });
  const getItem = () => new GetItemCommand({ ...TABLE, Key: { order_id: { S: 'o' } } });
  const described = await direct.states.send(describeExecution());
  expect(described.startDate).toEqual(new Date(1_700_000_000_500));
  expect(described).toEqual(await bySdk.states.send(describeExecution()));
  expect(await direct.documents.send(getItem())).toEqual(await bySdk.documents.send(getItem()));
  expect(seen.map((request) => request.bySdk)).toEqual([false, true, false, true]);
});

describe('a refusal is the error that the SDK throws', () => {
  const refusals: readonly Reply[] = [
    {
      status: 400,
      body: { __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException', message: 'no', Item: ROW },
    },
    {
      status: 400,
      body: {
        __type: 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException',
        Message: 'cancelled',
        CancellationReasons: [{ Code: 'None' }, { Code: 'ConditionalCheckFailed', Item: ROW }],
      },
    },
    { status: 400, body: { __type: 'SomethingNew', message: 'what' } },
    { status: 503, body: {} },
  ];
  test.each(refusals)('$status $body.__type', async (reply) => {
    const { bySdk, direct } = await clientsOf(reply);
    const [expected, failure] = await Promise.all(
      [bySdk, direct].map(({ documents }) =>
        documents.send(new GetCommand({ ...TABLE, Key: KEY })).catch((error: unknown) => error),
      ),
    );
    expect(failure).toBeInstanceOf((expected as Error).constructor);
    const { totalRetryDelay: _ofSdk, ...metadata } = (expected as { $metadata: Record<string, unknown> }).$metadata;
    expect(failure).toMatchObject({ ...(expected as Error), $metadata: metadata });
    expect(failure).toMatchObject({ message: (expected as Error).message, name: (expected as Error).name });
    expect(seen.filter((request) => request.bySdk)).toHaveLength(seen.length / 2);
  });
});

test('a call is repeated while the service has trouble, and tells how often', async () => {
  const trouble = { status: 500, body: { __type: 'InternalServerError' } };
  const { direct } = await clientsOf(trouble, trouble, { body: { Item: ROW } });
  const answer = await direct.documents.send(new GetCommand({ ...TABLE, Key: KEY }));
  expect(answer.$metadata.attempts).toBe(3);
  expect(answer.Item?.order_id).toBe('o');
  expect(seen.map(({ bySdk }) => bySdk)).toEqual([false, false, false]);
});

test('an aborted call is not repeated', async () => {
  const { direct } = await clientsOf({ body: {} });
  const call = direct.documents.send(new GetCommand({ ...TABLE, Key: KEY }), { abortSignal: AbortSignal.abort() });
  await expect(call).rejects.toMatchObject({ name: 'AbortError' });
  expect(seen).toEqual([]);
});

test('middleware that somebody adds sees each call', async () => {
  const { direct } = await clientsOf({ body: { Item: ROW } });
  const calls: (string | undefined)[] = [];
  await direct.documents.send(new GetCommand({ ...TABLE, Key: KEY }));
  direct.documents.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        calls.push(commandName);
        return next(args);
      },
    { step: 'initialize', name: 'spy' },
  );
  const { Item } = await direct.documents.send(new GetCommand({ ...TABLE, Key: KEY }));
  expect([calls, Item?.order_id]).toEqual([['GetItemCommand'], 'o']);
  expect(seen.map(({ bySdk }) => bySdk)).toEqual([false, true]);
});

test('an endpoint that is not on this machine is called as the SDK calls it', () => {
  const limits = { maxSockets: 1, connectionTimeout: 1_000, requestTimeout: 1_000 };
  const options = { service: 'dynamodb', region: 'eu-west-1', limits };
  for (const endpoint of [undefined, 'https://dynamodb.eu-west-1.amazonaws.com', 'http://localstack:4566']) {
    const { settings, shorten } = loopbackClient(endpoint, options);
    const client = new DynamoDBClient({ region: 'eu-west-1' });
    const { send } = client;
    expect([settings, shorten(client).send === send]).toEqual([{}, true]);
  }
});
