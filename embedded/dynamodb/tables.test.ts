import {
  DescribeTableCommand,
  DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type DynamoDb, startDynamoDb } from '../../tests/support/dynamodb.ts';
import { ensureTable, readTableDescription } from './tables.ts';

let dynamodb: DynamoDb;
let client: DynamoDBClient;

beforeAll(async () => {
  dynamodb = await startDynamoDb();
  client = new DynamoDBClient({
    endpoint: dynamodb.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
});

afterAll(async () => {
  client.destroy();
  await dynamodb.close();
});

const byOwner = {
  IndexName: 'by-owner',
  KeySchema: [{ AttributeName: 'owner', KeyType: 'HASH' }],
  Projection: { ProjectionType: 'KEYS_ONLY' },
};

const byStatus = { ...byOwner, IndexName: 'by-status', KeySchema: [{ AttributeName: 'status', KeyType: 'HASH' }] };

const stream = { StreamViewType: 'NEW_AND_OLD_IMAGES' };

test('a table is created with its keys and indexes, and a second time changes nothing', async () => {
  const table = described('made', { GlobalSecondaryIndexes: [byOwner], SSESpecification: { SSEEnabled: true } });
  await ensureTable(client, table);
  await ensureTable(client, table);
  expect((await stored('made'))?.GlobalSecondaryIndexes).toMatchObject([byOwner]);
});

test('an index added to serverless.yml is added to the stored table', async () => {
  await ensureTable(client, described('grown', {}));
  await ensureTable(client, described('grown', { GlobalSecondaryIndexes: [byOwner] }));
  expect((await stored('grown'))?.GlobalSecondaryIndexes).toMatchObject([byOwner]);
});

test('a stored table gets several missing indexes one after another, with the items that it holds, and its stream', async () => {
  await ensureTable(client, described('of-before', {}));
  await client.send(
    new PutItemCommand({ TableName: 'of-before', Item: { id: { S: '1' }, owner: { S: 'o' }, status: { S: 's' } } }),
  );
  const grown = described('of-before', { GlobalSecondaryIndexes: [byOwner, byStatus], StreamSpecification: stream });
  await ensureTable(client, grown);
  expect((await stored('of-before'))?.GlobalSecondaryIndexes).toHaveLength(2);
  await ensureTable(client, grown);

  const { GlobalSecondaryIndexes, StreamSpecification, LatestStreamArn } = (await stored('of-before')) ?? {};
  expect(GlobalSecondaryIndexes).toMatchObject([byOwner, byStatus]);
  expect(StreamSpecification).toEqual({ StreamEnabled: true, ...stream });
  expect(LatestStreamArn).toMatch(/of-before/);
  const { Items } = await client.send(
    new QueryCommand({
      TableName: 'of-before',
      IndexName: 'by-status',
      KeyConditionExpression: '#status = :status',
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: { ':status': { S: 's' } },
    }),
  );
  expect(Items).toMatchObject([{ id: { S: '1' } }]);
});

test('a new table has its stream', async () => {
  await ensureTable(client, described('streamed', { StreamSpecification: stream }));
  expect((await stored('streamed'))?.StreamSpecification).toEqual({ StreamEnabled: true, ...stream });
});

test('a stored table with another primary key is refused, and the message says how to go on', async () => {
  await ensureTable(client, described('rekeyed', {}));
  const other = described('rekeyed', { KeySchema: [{ AttributeName: 'owner', KeyType: 'HASH' }] });
  await expect(ensureTable(client, other)).rejects.toThrow(/rekeyed .* another primary key .* --fresh/);
});

test('a resource that is not a table is refused by its name', () => {
  expect(() => readTableDescription('OrdersTable', { TableName: 'orders' })).toThrow(/OrdersTable[\s\S]*KeySchema/);
});

function described(name: string, more: object): ReturnType<typeof readTableDescription> {
  const properties = { TableName: name, KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }], ...more };
  // DynamoDB requires definitions of exactly the key attributes.
  const keys = ['id', 'owner', 'status'].filter((key) =>
    JSON.stringify(properties).includes(`"AttributeName":"${key}"`),
  );
  const AttributeDefinitions = keys.map((AttributeName) => ({ AttributeName, AttributeType: 'S' }));
  return readTableDescription('Table', { ...properties, AttributeDefinitions });
}

async function stored(name: string): Promise<TableDescription | undefined> {
  return (await client.send(new DescribeTableCommand({ TableName: name }))).Table;
}
