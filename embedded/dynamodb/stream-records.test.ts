import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CreateTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListStreamsCommand,
  type ShardIteratorType,
} from '@aws-sdk/client-dynamodb-streams';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type DynamoDb, startDynamoDb } from '../../tests/support/dynamodb.ts';
import { indexStreamRecords, trimStreamRecords } from './stream-records.ts';

const TABLE = 'orders';

/** The queries of dynoxide 1.2 at each write and each read of a stream. */
const QUERIES = [
  'SELECT COALESCE(MAX(CAST(sequence_number AS INTEGER)), 0) + 1 FROM _stream_records WHERE table_name = ?1',
  `SELECT event_name FROM _stream_records WHERE table_name = ?1 AND shard_id = 'shard'
    AND CAST(sequence_number AS INTEGER) > 3 ORDER BY CAST(sequence_number AS INTEGER) ASC LIMIT 5`,
];

const INDEXED = /INDEX stream_records_by_/;

let folder: string;
let databaseFile: string;
let dynamodb: DynamoDb | undefined;
let tables: DynamoDBClient;
let streams: DynamoDBStreamsClient;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stream-records-'));
  databaseFile = join(folder, 'dynamodb.sqlite');
});

afterEach(async () => {
  await stop();
  await rm(folder, { recursive: true, force: true });
});

test('dynoxide takes a new file whose stream records were indexed before', async () => {
  await indexStreamRecords(databaseFile);
  await start();
  await createTable();
  await putOrders(0, 3);

  expect(await numbersFrom('TRIM_HORIZON')).toEqual(['1', '2', '3']);
  expect(plans()).toEqual([expect.stringMatching(INDEXED), expect.stringMatching(INDEXED)]);
});

test('the stream records of a file that dynoxide made get their indexes, and none is lost', async () => {
  await start();
  await createTable();
  await putOrders(0, 3);
  await stop();
  expect(plans()).toEqual([expect.not.stringMatching(INDEXED), expect.not.stringMatching(INDEXED)]);

  await indexStreamRecords(databaseFile);
  await start();
  await putOrders(3, 1);

  expect(await numbersFrom('TRIM_HORIZON')).toEqual(['1', '2', '3', '4']);
  expect(plans()).toEqual([expect.stringMatching(INDEXED), expect.stringMatching(INDEXED)]);
});

test('a trim while dynoxide runs deletes what was taken, and the next record is numbered on', async () => {
  await indexStreamRecords(databaseFile);
  await start();
  await createTable();
  await putOrders(0, 12);

  expect(await trimStreamRecords(databaseFile, { tableName: TABLE, before: '10' })).toBe(9);
  expect(await numbersFrom('AFTER_SEQUENCE_NUMBER', '10')).toEqual(['11', '12']);
  expect(await trimStreamRecords(databaseFile, { tableName: TABLE, before: '12' })).toBe(2);
  await putOrders(12, 1);
  expect(await numbersFrom('AFTER_SEQUENCE_NUMBER', '12')).toEqual(['13']);
});

test('a trim leaves the records of other tables', async () => {
  await indexStreamRecords(databaseFile);
  await start();
  await createTable();
  await putOrders(0, 2);

  expect(await trimStreamRecords(databaseFile, { tableName: 'others', before: '100' })).toBe(0);
  expect(await numbersFrom('TRIM_HORIZON')).toEqual(['1', '2']);
});

async function start(): Promise<void> {
  dynamodb = await startDynamoDb({ databaseFile });
  const options = {
    endpoint: dynamodb.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  tables = new DynamoDBClient(options);
  streams = new DynamoDBStreamsClient(options);
}

async function stop(): Promise<void> {
  if (dynamodb !== undefined) {
    tables.destroy();
    streams.destroy();
    await dynamodb.close();
    dynamodb = undefined;
  }
}

async function createTable(): Promise<void> {
  await tables.send(
    new CreateTableCommand({
      TableName: TABLE,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'order_id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'order_id', AttributeType: 'S' }],
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    }),
  );
}

async function putOrders(first: number, count: number): Promise<void> {
  for (let number = first; number < first + count; number += 1) {
    await tables.send(new PutItemCommand({ TableName: TABLE, Item: { order_id: { S: `order-${number}` } } }));
  }
}

async function numbersFrom(type: ShardIteratorType, after?: string): Promise<readonly (string | undefined)[]> {
  const { Streams = [] } = await streams.send(new ListStreamsCommand({ TableName: TABLE }));
  const StreamArn = Streams[0]?.StreamArn;
  const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }));
  const { ShardIterator } = await streams.send(
    new GetShardIteratorCommand({
      StreamArn,
      ShardId: StreamDescription?.Shards?.[0]?.ShardId,
      ShardIteratorType: type,
      ...(after !== undefined && { SequenceNumber: after }),
    }),
  );
  const { Records = [] } = await streams.send(new GetRecordsCommand({ ShardIterator }));
  return Records.map(({ dynamodb: change }) => change?.SequenceNumber);
}

function plans(): readonly string[] {
  const database = new DatabaseSync(databaseFile);
  try {
    return QUERIES.map((query) =>
      database
        .prepare(`EXPLAIN QUERY PLAN ${query}`)
        .all(...(query.includes('?1') ? [TABLE] : []))
        .map(({ detail }) => String(detail))
        .join(),
    );
  } finally {
    database.close();
  }
}
