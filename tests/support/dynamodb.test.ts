import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { expect, test } from '@jest/globals';
import { createTables, dynamoDbClient, startDynamoDb, type TableDefinition } from './dynamodb.ts';

const pets: TableDefinition = {
  TableName: 'pets',
  KeySchema: [{ AttributeName: 'name', KeyType: 'HASH' }],
  AttributeDefinitions: [{ AttributeName: 'name', AttributeType: 'S' }],
  BillingMode: 'PAY_PER_REQUEST',
};

test('several databases at once are apart from each other', async () => {
  const databases = await Promise.all([startDynamoDb(), startDynamoDb(), startDynamoDb()]);
  try {
    expect(new Set(databases.map(({ endpoint }) => endpoint)).size).toBe(3);
    const [first, second] = databases;
    await createTables(first.endpoint, [pets]);
    expect(await tableNames(first.endpoint)).toEqual(['pets']);
    expect(await tableNames(second.endpoint)).toEqual([]);
  } finally {
    await Promise.all(databases.map(({ close }) => close()));
  }
});

test('a database that a test gives back serves the next one without its tables', async () => {
  const before = await startDynamoDb();
  await createTables(before.endpoint, [pets]);
  await before.close();
  const after = await startDynamoDb();
  try {
    expect(after.endpoint).toBe(before.endpoint);
    expect(await tableNames(after.endpoint)).toEqual([]);
  } finally {
    await after.close();
  }
});

test('a database with a file keeps its tables over a restart', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'dynamodb-'));
  const databaseFile = join(folder, 'data.sqlite');
  try {
    const before = await startDynamoDb({ databaseFile });
    await createTables(before.endpoint, [pets]);
    await before.close();
    const after = await startDynamoDb({ databaseFile });
    expect(await tableNames(after.endpoint)).toEqual(['pets']);
    await after.close();
  } finally {
    await rm(folder, { recursive: true });
  }
});

async function tableNames(endpoint: string): Promise<readonly string[]> {
  const client = dynamoDbClient(endpoint);
  try {
    return (await client.send(new ListTablesCommand({}))).TableNames ?? [];
  } finally {
    client.destroy();
  }
}
