import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteItemCommand, DynamoDBClient, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import {
  type DescribeStreamCommandInput,
  DynamoDBStreamsClient,
  type _Record as StreamRecord,
} from '@aws-sdk/client-dynamodb-streams';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type DynamoDb, startDynamoDb } from '../../tests/support/dynamodb.ts';
import { openStreamReader } from '../dynamodb/stream-reader.ts';
import { ensureTable, readTableDescription } from '../dynamodb/tables.ts';
import { eventually } from '../eventually.ts';
import { StreamEventSource, type StreamEventSourceOptions } from './stream-event-source.ts';

let dynamodb: DynamoDb;
let tables: DynamoDBClient;
let streams: DynamoDBStreamsClient;
let data: string;
let folder: string;
let tableName: string;
let count = 0;
const open: StreamEventSource[] = [];

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'stream-event-source-data-'));
  dynamodb = await startDynamoDb({ databaseFile: join(data, 'dynamodb.sqlite') });
  tables = new DynamoDBClient(clientOptions());
  streams = new DynamoDBStreamsClient(clientOptions());
});

function clientOptions() {
  return {
    endpoint: dynamodb.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
}

afterAll(async () => {
  tables.destroy();
  streams.destroy();
  await dynamodb.close();
  await rm(data, { recursive: true, force: true });
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stream-event-source-'));
  count += 1;
  tableName = `table-${count}`;
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((source) => source.close()));
  await rm(folder, { recursive: true, force: true });
});

async function makeTable(hasStream = true): Promise<void> {
  const properties = {
    TableName: tableName,
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    ...(hasStream && { StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' } }),
  };
  await ensureTable(tables, readTableDescription('Table', properties));
}

function put(id: string, value = '1') {
  return tables.send(new PutItemCommand({ TableName: tableName, Item: { id: { S: id }, value: { S: value } } }));
}

function change(id: string, value: string) {
  return tables.send(
    new UpdateItemCommand({
      TableName: tableName,
      Key: { id: { S: id } },
      UpdateExpression: 'SET #value = :value',
      ExpressionAttributeNames: { '#value': 'value' },
      ExpressionAttributeValues: { ':value': { S: value } },
    }),
  );
}

/** What a function was given, as `id=value`. */
function contentOf(records: readonly StreamRecord[]): readonly string[] {
  return records.map(({ dynamodb: data }) => `${data?.NewImage?.id?.S}=${data?.NewImage?.value?.S}`);
}

type Invoke = (records: readonly StreamRecord[]) => Promise<readonly string[]>;

function start(
  invoke: Invoke,
  options: Partial<Pick<StreamEventSourceOptions, 'giveUpAfterMs' | 'reader' | 'streams'>> = {},
): { readonly source: StreamEventSource; readonly warnings: string[] } {
  const warnings: string[] = [];
  const source = new StreamEventSource({
    tables,
    streams,
    tableName,
    checkpointFile: join(folder, 'checkpoint.json'),
    invoke,
    ...options,
    warn: (sentence) => warnings.push(sentence),
  });
  open.push(source);
  source.start();
  return { source, warnings };
}

function until(what: string, isSo: () => boolean): Promise<unknown> {
  return eventually(async () => isSo(), { withinMs: 20_000, pollMs: 20, what });
}

test('changes reach the function in their order, whether made before or after the start', async () => {
  await makeTable();
  await put('a');
  const taken: string[] = [];
  start(async (records) => {
    taken.push(...contentOf(records));
    return [];
  });
  await until('the first change is taken', () => taken.includes('a=1'));
  await change('a', '2');
  await change('a', '3');
  await put('b');
  await until('all changes are taken', () => taken.includes('b=1'));
  expect(taken.slice(-3)).toEqual(['a=2', 'a=3', 'b=1']);
});

test('a restarted source goes on behind its checkpoint', async () => {
  await makeTable();
  await put('a');
  const first: string[] = [];
  const { source } = start(async (records) => {
    first.push(...contentOf(records));
    return [];
  });
  // The item itself, then its change in the stream: only then is there a checkpoint.
  await until('the change is taken', () => first.length >= 2);
  await source.close();
  await put('b');
  const second: string[] = [];
  start(async (records) => {
    second.push(...contentOf(records));
    return [];
  });
  await until('the later change is taken', () => second.includes('b=1'));
  expect(second).toEqual(['b=1']);
});

test('killed between the function and the checkpoint: the batch comes again', async () => {
  await makeTable();
  await put('a');
  const first: string[] = [];
  const { source } = start(async (records) => {
    first.push(...contentOf(records));
    if (first.includes('b=1')) {
      throw new Error('the process is killed here');
    }
    return [];
  });
  await until('there is a checkpoint', () => first.length >= 2);
  await put('b');
  await until('the batch is taken', () => first.includes('b=1'));
  await source.close();
  const again: string[] = [];
  start(async (records) => {
    again.push(...contentOf(records));
    return [];
  });
  await until('the batch is there again', () => again.includes('b=1'));
  expect(again).toEqual(['b=1']);
});

test('a source that is closed while the function works lets it end, and writes the checkpoint', async () => {
  await makeTable();
  const checkpointed = () => readFileSync(join(folder, 'checkpoint.json'), 'utf8');
  const begun: string[] = [];
  let letEnd: () => void = () => undefined;
  const { source } = start(async (records) => {
    begun.push(...contentOf(records));
    if (begun.includes('a=2')) {
      await new Promise<void>((resolve) => {
        letEnd = resolve;
      });
    }
    return [];
  });
  await put('a');
  await until('the first change is taken', () => begun.includes('a=1'));
  await change('a', '2');
  await until('the function works', () => begun.includes('a=2'));
  let isClosed = false;
  const closed = source.close().then(() => {
    isClosed = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(isClosed).toBe(false);
  letEnd();
  await closed;
  const number = JSON.parse(checkpointed()).sequenceNumber;
  const again: string[] = [];
  start(async (records) => {
    again.push(...contentOf(records));
    return [];
  });
  await put('b');
  await until('the next change is taken', () => again.includes('b=1'));
  expect([number, ...again]).toEqual([expect.any(String), 'b=1']);
});

test('a function that fails gets the same batch until it takes it, and nothing behind it overtakes', async () => {
  await makeTable();
  await put('a');
  const calls: (readonly string[])[] = [];
  let failures = 0;
  start(async (records) => {
    const content = contentOf(records);
    calls.push(content);
    if (content.includes('b=1') && failures < 3) {
      failures += 1;
      throw new Error('not now');
    }
    return [];
  });
  await until('the stream is read', () => calls.length >= 2);
  await put('b');
  await until('the batch has failed', () => failures === 1);
  await put('c');
  await until('all is taken', () => calls.flat().includes('c=1'));
  expect(calls.slice(2)).toEqual([['b=1'], ['b=1'], ['b=1'], ['b=1'], ['c=1']]);
});

test('failures of the function drop nothing, however many; a record that is refused for long is dropped and told about', async () => {
  await makeTable();
  await put('a');
  const taken: string[] = [];
  let isBroken = true;
  const { warnings } = start(
    async (records) => {
      if (isBroken) {
        throw new Error('not now');
      }
      taken.push(...contentOf(records));
      return records
        .filter(({ dynamodb: data }) => data?.NewImage?.id?.S === 'bad')
        .map(({ dynamodb: data }) => data?.SequenceNumber ?? '');
    },
    { giveUpAfterMs: 500 },
  );
  setTimeout(() => {
    isBroken = false;
  }, 1_500);
  await until('the stream is read', () => taken.length >= 2);
  expect(warnings).toEqual([]);
  await put('bad');
  await until('it is dropped', () => warnings.length > 0);
  await put('c');
  await until('what follows is taken', () => taken.includes('c=1'));
  expect(warnings).toEqual([expect.stringContaining('1 changes of')]);
});

test('of a batch with one refused record only that record is tried again', async () => {
  await makeTable();
  await put('first');
  const taken: string[] = [];
  let refused = 0;
  start(async (records) => {
    taken.push(...contentOf(records));
    const bad = records.filter(({ dynamodb: data }) => data?.NewImage?.id?.S === 'bad');
    refused += bad.length;
    return refused <= 1 ? bad.map(({ dynamodb: data }) => data?.SequenceNumber ?? '') : [];
  });
  // Once as an item of the table, once from the stream: from then on only the stream is read.
  await until('the stream is read', () => taken.length >= 2);
  await Promise.all([put('good'), put('bad')]);
  await until('the refused record is tried again', () => refused >= 2);
  expect(taken.filter((record) => record === 'good=1')).toHaveLength(1);
  expect(taken.filter((record) => record === 'bad=1')).toHaveLength(2);
});

test('of the items of a table without a checkpoint, too, only the refused one is tried again', async () => {
  await makeTable(false);
  await Promise.all([put('good'), put('bad')]);
  await makeTable();
  const calls: (readonly string[])[] = [];
  start(async (records) => {
    calls.push(contentOf(records));
    const bad = records.filter(({ dynamodb: data }) => data?.NewImage?.id?.S === 'bad');
    return calls.length === 1 ? bad.map(({ dynamodb: data }) => data?.SequenceNumber ?? '') : [];
  });
  await until('the refused item is tried again', () => calls.length >= 2);
  expect(calls[0]?.toSorted()).toEqual(['bad=1', 'good=1']);
  expect(calls[1]).toEqual(['bad=1']);
});

test('a table of an older version gets a stream: what it held already reaches the function', async () => {
  await makeTable(false);
  await put('old');
  await makeTable();
  const taken: string[] = [];
  start(async (records) => {
    taken.push(...contentOf(records));
    return [];
  });
  await until('the old item is taken', () => taken.includes('old=1'));
});

test('a table without a stream is told about once', async () => {
  await makeTable(false);
  const { warnings } = start(async () => []);
  await until('it is told', () => warnings.length > 0);
  expect(warnings).toEqual([expect.stringContaining('the table has no stream')]);
});

test('a stream whose shards come in pages is read to its last shard', async () => {
  await makeTable();
  const paged = new DynamoDBStreamsClient(clientOptions());
  let firstPages = 0;
  paged.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const { ExclusiveStartShardId: after, ...input } = args.input as DescribeStreamCommandInput;
        if (commandName !== 'DescribeStreamCommand' || after !== undefined) {
          return next(commandName === 'DescribeStreamCommand' ? { ...args, input } : args);
        }
        firstPages += 1;
        const page = { StreamDescription: { Shards: [], LastEvaluatedShardId: 'shardId-of-the-first-page' } };
        return { response: {}, output: { $metadata: {}, ...page } };
      },
    { step: 'initialize', name: 'an empty first page of shards' },
  );
  const taken: string[] = [];
  const source = start(
    async (records) => {
      // Without the stream the items themselves would be sent, as if they had been inserted.
      taken.push(...contentOf(records.filter(({ eventName }) => eventName === 'MODIFY')));
      return [];
    },
    { streams: paged },
  ).source;
  await put('a');
  await change('a', '2');
  await until('the change is taken', () => taken.includes('a=2'));
  expect(firstPages).toBeGreaterThan(0);
  await source.close();
  paged.destroy();
});

test('a damaged checkpoint is told about, and the stream read from its beginning', async () => {
  await makeTable();
  await put('a');
  writeFileSync(join(folder, 'checkpoint.json'), '{"half');
  const taken: string[] = [];
  const { warnings } = start(async (records) => {
    taken.push(...contentOf(records));
    return [];
  });
  await until('the change is taken', () => taken.length >= 2);
  expect(warnings).toEqual([expect.stringContaining('cannot be read')]);
  await until('there is a whole checkpoint', () =>
    readFileSync(join(folder, 'checkpoint.json'), 'utf8').includes('arn'),
  );
});

test('changes that follow each other closely are taken together', async () => {
  await makeTable();
  const batches: (readonly string[])[] = [];
  start(async (records) => {
    batches.push(contentOf(records));
    return [];
  });
  await put('first');
  await until('the first change is taken', () => batches.flat().includes('first=1'));
  const before = batches.length;
  for (let n = 1; n <= 10; n += 1) {
    await put('a', String(n));
  }
  await until('all changes are taken', () => batches.flat().includes('a=10'));
  const all = batches.slice(before);
  expect(all.flat().filter((content) => content.startsWith('a='))).toEqual(
    Array.from({ length: 10 }, (_, n) => `a=${n + 1}`),
  );
  expect(all.length).toBeLessThanOrEqual(4);
});

test('read from dynoxide’s file, changes arrive in their order and as GetRecords gives them, behind the checkpoint', async () => {
  await makeTable();
  await put('a');
  const byApi: StreamRecord[] = [];
  const ofApi = start(async (records) => {
    byApi.push(...records);
    return [];
  });
  await until('there is a checkpoint', () => byApi.length >= 2);
  await ofApi.source.close();
  const checkpoint = readFileSync(join(folder, 'checkpoint.json'), 'utf8');
  const file = await openStreamReader(join(data, 'dynamodb.sqlite'));
  const byFile: StreamRecord[] = [];
  const reader = start(
    async (records) => {
      byFile.push(...records);
      return [];
    },
    { reader: file },
  );
  await change('a', '2');
  await tables.send(new DeleteItemCommand({ TableName: tableName, Key: { id: { S: 'a' } } }));
  await until('the changes are taken', () => byFile.length >= 2);
  await reader.source.close();
  file.close();
  // The same changes again, by the API.
  writeFileSync(join(folder, 'checkpoint.json'), checkpoint);
  byApi.length = 0;
  start(async (records) => {
    byApi.push(...records);
    return [];
  });
  await until('the changes are taken again', () => byApi.length >= 2);
  const told = (records: readonly StreamRecord[]) =>
    records.map(({ eventName, dynamodb: data }) => {
      const { Keys, NewImage, OldImage, SequenceNumber, ApproximateCreationDateTime } = data ?? {};
      return { eventName, Keys, NewImage, OldImage, SequenceNumber, ApproximateCreationDateTime };
    });
  expect(told(byFile).map(({ eventName }) => eventName)).toEqual(['MODIFY', 'REMOVE']);
  expect(told(byFile)).toEqual(told(byApi));
});
