import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type DynamoDb, startDynamoDb } from '../../../../tests/support/dynamodb.ts';
import type { JsonObject } from '../language/json.ts';
import { withTestServers } from '../testing/fixtures.ts';
import type { TestServer } from '../testing/test-server.ts';

let dynamodb: DynamoDb;
const serve = withTestServers();

beforeAll(async () => {
  dynamodb = await startDynamoDb();
});

afterAll(() => dynamodb.close());

function task(action: string, parameters: JsonObject): JsonObject {
  return {
    StartAt: 'Call',
    States: { Call: { Type: 'Task', Resource: `arn:aws:states:::${action}`, Parameters: parameters, End: true } },
  };
}

let machines = 0;

/** Runs one task and answers how it ended. */
async function run(on: TestServer, action: string, parameters: JsonObject): Promise<JsonObject> {
  machines += 1;
  return on.end(await on.start(await on.create(`machine-${machines}`, task(action, parameters))));
}

function outputOf(end: JsonObject): JsonObject {
  return JSON.parse(String(end.output)) as JsonObject;
}

async function serveWithTable(name: string): Promise<TestServer> {
  const server = await serve({}, { dynamodbEndpoint: dynamodb.endpoint });
  const client = new DynamoDBClient({
    endpoint: dynamodb.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  await client.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    }),
  );
  client.destroy();
  return server;
}

test('the optimized integration of DynamoDB writes and reads items and reports the HTTP exchange', async () => {
  const on = await serveWithTable('optimized');
  const put = await run(on, 'dynamodb:putItem', {
    TableName: 'optimized',
    Item: { id: { S: '1' }, on: { BOOL: true } },
  });
  expect(outputOf(put)).toMatchObject({ SdkHttpMetadata: { HttpStatusCode: 200 } });
  const get = await run(on, 'dynamodb:getItem', { TableName: 'optimized', Key: { id: { S: '1' } } });
  expect(outputOf(get).Item).toEqual({ id: { S: '1' }, on: { BOOL: true } });
});

test('an optimized integration of DynamoDB takes text for an attribute value', async () => {
  const on = await serveWithTable('text');
  await run(on, 'dynamodb:putItem', { TableName: 'text', Item: { id: '1', note: 'hello', l: { L: ['a'] } } });
  const get = await run(on, 'dynamodb:getItem', { TableName: 'text', Key: { id: '1' } });
  expect(outputOf(get).Item).toEqual({ id: { S: '1' }, note: { S: 'hello' }, l: { L: [{ S: 'a' }] } });
});

test('a failed condition is DynamoDB.ConditionalCheckFailedException, with the SDK integration DynamoDb.…', async () => {
  const on = await serveWithTable('conditions');
  const parameters = { TableName: 'conditions', Item: { id: { S: '1' } }, ConditionExpression: 'attribute_exists(id)' };
  expect(await run(on, 'dynamodb:putItem', parameters)).toMatchObject({
    status: 'FAILED',
    error: 'DynamoDB.ConditionalCheckFailedException',
    cause: expect.stringMatching(/^The conditional request failed \(Service: AmazonDynamoDBv2; Status Code: 400; /),
  });
  expect(await run(on, 'aws-sdk:dynamodb:putItem', parameters)).toMatchObject({
    status: 'FAILED',
    error: 'DynamoDb.ConditionalCheckFailedException',
    cause: expect.stringMatching(/^The conditional request failed \(Service: DynamoDb, Status Code: 400, /),
  });
});

test('a request that DynamoDB finds invalid fails with the service’s general exception', async () => {
  const on = await serveWithTable('invalid');
  expect(await run(on, 'dynamodb:getItem', { TableName: 'invalid', Key: { other: { S: '1' } } })).toMatchObject({
    error: 'DynamoDB.AmazonDynamoDBException',
  });
});

test('the SDK integration of DynamoDB spells attribute types like AWS’s Java SDK', async () => {
  const on = await serveWithTable('sdk');
  await run(on, 'aws-sdk:dynamodb:putItem', { TableName: 'sdk', Item: { id: { S: '1' }, tags: { Ss: ['a'] } } });
  const get = await run(on, 'aws-sdk:dynamodb:getItem', { TableName: 'sdk', Key: { id: { S: '1' } } });
  expect(outputOf(get)).toEqual({ Item: { id: { S: '1' }, tags: { Ss: ['a'] } } });
});

test('a DynamoDB task without an endpoint fails and names the option to set', async () => {
  const server = await serve();
  expect(await run(server, 'dynamodb:getItem', { TableName: 't', Key: { id: { S: '1' } } })).toMatchObject({
    status: 'FAILED',
    error: 'States.Runtime',
    cause: expect.stringContaining('--dynamodb-endpoint'),
  });
});
