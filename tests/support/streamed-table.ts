import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteItemCommand, type DynamoDBClient, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient, type _Record as StreamRecord } from '@aws-sdk/client-dynamodb-streams';
import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import { openStreamReader, type StreamReader } from '../../embedded/dynamodb/stream-reader.ts';
import { ensureTable, readTableDescription } from '../../embedded/dynamodb/tables.ts';
import { eventually } from '../../embedded/eventually.ts';
import {
  type Pauses,
  StreamEventSource,
  type StreamEventSourceOptions,
} from '../../embedded/streams/stream-event-source.ts';
import { type DynamoDb, dynamoDbClient, startDynamoDb } from './dynamodb.ts';

/** The ways in which a stack reads a stream: its own dynoxide's file, or any DynamoDB's API. */
export const WAYS = ['GetRecords', 'dynoxide’s file'] as const;

/** One of them. */
export type Way = (typeof WAYS)[number];

/** The function on the stream. */
export type Invoke = StreamEventSourceOptions['invoke'];

/** Short, so that a test does not wait. */
const PAUSES: Pauses = { gatheringMs: 50, firstRetryMs: 20 };

/** How a test's source differs from one that reads by GetRecords. */
export interface FollowOptions extends Partial<Pick<StreamEventSourceOptions, 'giveUpAfterMs' | 'streams' | 'trim'>> {
  readonly pauses?: Partial<Pauses>;
  readonly way?: Way;
}

/** A source that reads the stream of the test's table. */
export interface Followed {
  readonly source: StreamEventSource;
  readonly warnings: readonly string[];
}

/** A source whose function takes everything. */
export interface Taking extends Followed {
  /** What the function was given, as `id=value`. */
  readonly taken: readonly string[];
  readonly records: readonly StreamRecord[];
}

/** A table for each test, in one dynoxide for all tests of the file. */
export interface StreamedTable {
  readonly name: string;
  readonly databaseFile: string;
  readonly checkpointFile: string;
  /** A client of its own for a test that changes it; the test destroys it. */
  readonly newStreamsClient: () => DynamoDBStreamsClient;
  /** Makes the table; called again, it gives an older one its stream. */
  readonly make: (version?: 'with a stream' | 'without a stream') => Promise<void>;
  readonly put: (id: string, value?: string) => Promise<unknown>;
  readonly change: (id: string, value: string) => Promise<unknown>;
  readonly remove: (id: string) => Promise<unknown>;
  readonly follow: (invoke: Invoke, options?: FollowOptions) => Promise<Followed>;
  readonly takeAll: (options?: FollowOptions) => Promise<Taking>;
}

interface Running {
  readonly data: string;
  readonly dynamodb: DynamoDb;
  readonly tables: DynamoDBClient;
  readonly streams: DynamoDBStreamsClient;
}

/** Starts a dynoxide for all tests of the file, which calls this once, at its top. Sources end with their test. */
export function withStreamedTable(): StreamedTable {
  let running: Running | undefined;
  let folder = '';
  let made = 0;
  const sources: StreamEventSource[] = [];
  const readers: StreamReader[] = [];

  beforeAll(async () => {
    const data = await mkdtemp(join(tmpdir(), 'streamed-table-'));
    const dynamodb = await startDynamoDb({ databaseFile: databaseFileOf(data) });
    running = { data, dynamodb, tables: dynamoDbClient(dynamodb.endpoint), streams: streamsClient(dynamodb) };
  });
  beforeEach(async () => {
    made += 1;
    folder = await mkdtemp(join(within(running).data, 'checkpoint-'));
  });
  afterEach(async () => {
    await Promise.all(sources.splice(0).map((source) => source.close()));
    for (const reader of readers.splice(0)) {
      reader.close();
    }
  });
  afterAll(async () => {
    running?.tables.destroy();
    running?.streams.destroy();
    await running?.dynamodb.close();
    await rm(running?.data ?? '', { recursive: true, force: true });
  });

  const name = (): string => `table-${made}`;
  const checkpointFile = (): string => join(folder, 'checkpoint.json');
  const follow: StreamedTable['follow'] = async (invoke, { way, pauses, ...options } = {}) => {
    const { data, tables, streams } = within(running);
    const reader = way === 'dynoxide’s file' ? await openStreamReader(databaseFileOf(data)) : undefined;
    const warnings: string[] = [];
    const source = new StreamEventSource({
      tables,
      streams,
      tableName: name(),
      checkpointFile: checkpointFile(),
      invoke,
      pauses: { ...PAUSES, ...pauses },
      ...(reader !== undefined && { reader }),
      ...options,
      warn: (sentence) => warnings.push(sentence),
    });
    sources.push(source);
    readers.push(...(reader === undefined ? [] : [reader]));
    source.start();
    return { source, warnings };
  };
  return {
    get name() {
      return name();
    },
    get databaseFile() {
      return databaseFileOf(within(running).data);
    },
    get checkpointFile() {
      return checkpointFile();
    },
    newStreamsClient: () => streamsClient(within(running).dynamodb),
    make: (version) => makeTable(within(running).tables, name(), version ?? 'with a stream'),
    put: (id, value = '1') =>
      within(running).tables.send(
        new PutItemCommand({ TableName: name(), Item: { id: { S: id }, value: { S: value } } }),
      ),
    change: (id, value) =>
      within(running).tables.send(
        new UpdateItemCommand({
          TableName: name(),
          Key: { id: { S: id } },
          UpdateExpression: 'SET #value = :value',
          ExpressionAttributeNames: { '#value': 'value' },
          ExpressionAttributeValues: { ':value': { S: value } },
        }),
      ),
    remove: (id) => within(running).tables.send(new DeleteItemCommand({ TableName: name(), Key: { id: { S: id } } })),
    follow,
    takeAll: async (options) => {
      const taken: string[] = [];
      const records: StreamRecord[] = [];
      const followed = await follow(async (batch) => {
        records.push(...batch);
        taken.push(...contentOf(batch));
        return [];
      }, options);
      return { ...followed, taken, records };
    },
  };
}

/** What a function was given, as `id=value`. */
export function contentOf(records: readonly StreamRecord[]): readonly string[] {
  return records.map(({ dynamodb: data }) => `${data?.NewImage?.id?.S}=${data?.NewImage?.value?.S}`);
}

/** The answer of a function that refuses the records of one item. */
export function refusing(id: string, records: readonly StreamRecord[]): readonly string[] {
  return records
    .filter(({ dynamodb: data }) => data?.NewImage?.id?.S === id)
    .map(({ dynamodb: data }) => data?.SequenceNumber ?? '');
}

/** Waits until something is so. */
export function until(what: string, isSo: () => boolean): Promise<unknown> {
  return eventually(async () => isSo(), { withinMs: 20_000, pollMs: 20, what });
}

function makeTable(tables: DynamoDBClient, name: string, version: 'with a stream' | 'without a stream') {
  const properties = {
    TableName: name,
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    ...(version === 'with a stream' && { StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' } }),
  };
  return ensureTable(tables, readTableDescription('Table', properties));
}

function streamsClient({ endpoint }: DynamoDb): DynamoDBStreamsClient {
  return new DynamoDBStreamsClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
}

function databaseFileOf(data: string): string {
  return join(data, 'dynamodb.sqlite');
}

function within(running: Running | undefined): Running {
  if (running === undefined) {
    throw new Error('the table is there within tests and hooks only');
  }
  return running;
}
