import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import {
  type DescribeStreamCommandInput,
  type GetShardIteratorCommandInput,
  type _Record as StreamRecord,
  TrimmedDataAccessException,
} from '@aws-sdk/client-dynamodb-streams';
import { describe, expect, test } from '@jest/globals';
import { contentOf, type Invoke, until, WAYS, withStreamedTable } from '../../tests/support/streamed-table.ts';
import { trimStreamRecords } from '../dynamodb/stream-records.ts';

const table = withStreamedTable();

describe.each(WAYS)('where a source goes on that reads by %s', (way) => {
  test('a restarted source goes on behind its checkpoint', async () => {
    await table.make();
    await table.put('a');
    const first = await table.takeAll({ way });
    // The item itself, then its change in the stream: only then is there a checkpoint.
    await until('the change is taken', () => first.taken.length >= 2);
    await first.source.close();
    await table.put('b');
    const second = await table.takeAll({ way });
    await until('the later change is taken', () => second.taken.includes('b=1'));
    expect(second.taken).toEqual(['b=1']);
  });

  test('killed between the function and the checkpoint: the batch comes again', async () => {
    await table.make();
    await table.put('a');
    const first: string[] = [];
    const invoke: Invoke = async (records) => {
      first.push(...contentOf(records));
      if (first.includes('b=1')) {
        throw new Error('the process is killed here');
      }
      return [];
    };
    const { source } = await table.follow(invoke, { way });
    await until('there is a checkpoint', () => first.length >= 2);
    await table.put('b');
    await until('the batch is taken', () => first.includes('b=1'));
    await source.close();
    const again = await table.takeAll({ way });
    await until('the batch is there again', () => again.taken.includes('b=1'));
    expect(again.taken).toEqual(['b=1']);
  });

  test('a source that is closed while the function works lets it end, and writes the checkpoint', async () => {
    await table.make();
    const begun: string[] = [];
    let letEnd: () => void = () => undefined;
    const invoke: Invoke = async (records) => {
      begun.push(...contentOf(records));
      if (begun.includes('a=2')) {
        await new Promise<void>((resolve) => {
          letEnd = resolve;
        });
      }
      return [];
    };
    const { source } = await table.follow(invoke, { way });
    await table.put('a');
    await until('the first change is taken', () => begun.includes('a=1'));
    await table.change('a', '2');
    await until('the function works', () => begun.includes('a=2'));
    let isClosed = false;
    const closed = source.close().then(() => {
      isClosed = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(isClosed).toBe(false);
    letEnd();
    await closed;
    const number = JSON.parse(readFileSync(table.checkpointFile, 'utf8')).sequenceNumber;
    const { taken } = await table.takeAll({ way });
    await table.put('b');
    await until('the next change is taken', () => taken.includes('b=1'));
    expect([number, ...taken]).toEqual([expect.any(String), 'b=1']);
  });

  test('a stream whose shards come in pages is read to its last shard', async () => {
    await table.make();
    const paged = table.newStreamsClient();
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
    const { source, records } = await table.takeAll({ way, streams: paged });
    await table.put('a');
    await table.change('a', '2');
    // Without the stream the items themselves would be sent, as if they had been inserted.
    const changes = () => contentOf(records.filter(({ eventName }) => eventName === 'MODIFY'));
    await until('the change is taken', () => changes().includes('a=2'));
    expect(firstPages).toBeGreaterThan(0);
    await source.close();
    paged.destroy();
  });

  test('a damaged checkpoint is told about, and the stream read from its beginning', async () => {
    await table.make();
    await table.put('a');
    writeFileSync(table.checkpointFile, '{"half');
    const { taken, warnings } = await table.takeAll({ way });
    await until('the change is taken', () => taken.length >= 2);
    expect(warnings).toEqual([expect.stringContaining('cannot be read')]);
    await until('there is a whole checkpoint', () => readFileSync(table.checkpointFile, 'utf8').includes('arn'));
  });

  test('a checkpoint that cannot be kept for long is told about once, and the batch comes again until it can', async () => {
    await table.make();
    await table.put('a');
    const { taken, warnings } = await table.takeAll({ way });
    await until('there is a checkpoint', () => taken.length >= 2);
    mkdirSync(`${table.checkpointFile}.new`);
    await table.put('b');
    const timesTaken = () => taken.filter((content) => content === 'b=1').length;
    await until('the batch has come several times', () => timesTaken() >= 4);
    rmdirSync(`${table.checkpointFile}.new`);
    await table.put('c');
    await until('the next change is taken', () => taken.includes('c=1'));
    expect(warnings).toEqual([expect.stringMatching(/is not read: Error: EISDIR.* It is tried again\.$/)]);
  });

  test('records that were taken are deleted while the source reads on, and a restarted one misses nothing', async () => {
    await table.make();
    await table.put('a');
    const deleted: number[] = [];
    const trim = async (before: string): Promise<void> => {
      deleted.push(await trimStreamRecords(table.databaseFile, { tableName: table.name, before }));
    };
    await table.change('a', '2');
    const first = await table.takeAll({ way, trim });
    await until('the changes are deleted', () => deleted.length > 0);
    await table.change('a', '3');
    await until('the next change is taken', () => first.taken.includes('a=3'));
    await first.source.close();
    await table.put('b');
    const second = await table.takeAll({ way });
    await until('the later change is taken', () => second.taken.includes('b=1'));
    expect(deleted).toEqual([1]);
    expect(second).toMatchObject({ taken: ['b=1'], warnings: [] });
  });
});

test('a table of an older version gets a stream: what it held already reaches the function', async () => {
  await table.make('without a stream');
  await table.put('old');
  await table.make();
  const { taken } = await table.takeAll();
  await until('the old item is taken', () => taken.length > 0);
  expect(taken[0]).toBe('old=1');
});

test('a table without a stream is told about once', async () => {
  await table.make('without a stream');
  const { warnings } = await table.takeAll();
  await until('it is told', () => warnings.length > 0);
  expect(warnings).toEqual([expect.stringContaining('the table has no stream')]);
});

test('a stream that has forgotten what is behind the checkpoint is told about, and all items are sent again', async () => {
  await table.make();
  await table.put('a');
  const before = await table.takeAll();
  await until('there is a checkpoint', () => before.taken.length >= 2);
  await before.source.close();
  await table.change('a', '2');
  // dynoxide forgets nothing by itself; DynamoDB does after a day.
  const forgetful = table.newStreamsClient();
  forgetful.middlewareStack.add(
    (next) => (args) => {
      if ((args.input as GetShardIteratorCommandInput).ShardIteratorType === 'AFTER_SEQUENCE_NUMBER') {
        throw new TrimmedDataAccessException({ $metadata: {}, message: 'trimmed' });
      }
      return next(args);
    },
    { step: 'initialize', name: 'a stream that has forgotten' },
  );
  const { source, records, warnings } = await table.takeAll({ streams: forgetful });
  await until('the item is sent again', () => records.length > 0);
  await source.close();
  forgetful.destroy();
  expect(contentOf(records.slice(0, 1))).toEqual(['a=2']);
  expect(records[0]?.eventName).toBe('INSERT');
  expect(warnings).toEqual([expect.stringContaining('has forgotten changes')]);
});

test('read from dynoxide’s file, changes arrive in their order and as GetRecords gives them, behind the checkpoint', async () => {
  await table.make();
  await table.put('a');
  const before = await table.takeAll();
  await until('there is a checkpoint', () => before.taken.length >= 2);
  await before.source.close();
  const checkpoint = readFileSync(table.checkpointFile, 'utf8');
  const byFile = await table.takeAll({ way: 'dynoxide’s file' });
  await table.change('a', '2');
  await table.remove('a');
  await until('the changes are taken', () => byFile.records.length >= 2);
  await byFile.source.close();
  // The same changes again, by the API.
  writeFileSync(table.checkpointFile, checkpoint);
  const byApi = await table.takeAll({ way: 'GetRecords' });
  await until('the changes are taken again', () => byApi.records.length >= 2);
  const told = (records: readonly StreamRecord[]) =>
    records.map(({ eventName, dynamodb: data }) => {
      const { Keys, NewImage, OldImage, SequenceNumber, ApproximateCreationDateTime } = data ?? {};
      return { eventName, Keys, NewImage, OldImage, SequenceNumber, ApproximateCreationDateTime };
    });
  expect(told(byFile.records).map(({ eventName }) => eventName)).toEqual(['MODIFY', 'REMOVE']);
  expect(told(byFile.records)).toEqual(told(byApi.records));
});
