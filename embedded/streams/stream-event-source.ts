import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeTableCommand, type DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  type DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ResourceNotFoundException,
  type _Record as StreamRecord,
  TrimmedDataAccessException,
} from '@aws-sdk/client-dynamodb-streams';
import type { StreamReader } from '../dynamodb/stream-reader.ts';
import { type Checkpoint, readCheckpoint, writeCheckpoint } from './stream-checkpoint.ts';

/** As many records as functions.yml gives Lambda on AWS. */
const BATCH_SIZE = 100;
const PAUSES: Pauses = { gatheringMs: 500, firstRetryMs: 200 };
const MAX_RETRY_MS = 10_000;
/** A record that the function refuses for so long is dropped. The function itself gives up what it cannot read sooner. */
const GIVE_UP_AFTER_MS = 600_000;
/** So many failures in a row are told about. */
const FAILURES_TOLD = 10;
/** So many batches are taken between two trims. */
const BATCHES_PER_TRIM = 40;

/** How long a source pauses. */
export interface Pauses {
  /**
   * After a batch that was not full, or none, further changes gather for so long. An order changes five times within a second,
   * and the function counts several changes of one order by one write.
   */
  readonly gatheringMs: number;
  /** After the first failure. Each further pause is twice as long. */
  readonly firstRetryMs: number;
}

/** The parts of a stream event source. */
export interface StreamEventSourceOptions {
  readonly tables: DynamoDBClient;
  readonly streams: DynamoDBStreamsClient;
  readonly tableName: string;
  /** Where the checkpoint is kept. */
  readonly checkpointFile: string;
  /**
   * Invokes the function with one batch. Resolves with the sequence numbers of the records that it could not take.
   *
   * @throws where the whole batch failed
   */
  readonly invoke: (records: readonly StreamRecord[]) => Promise<readonly string[]>;
  /** Reads records of dynoxide's file, which is cheaper than GetRecords. Absent: GetRecords. */
  readonly reader?: Pick<StreamReader, 'read'>;
  /** Deletes the records before the given sequence number, which the function has taken. Absent: the stream forgets by itself. */
  readonly trim?: (sequenceNumber: string) => Promise<void>;
  /** Default: half a second for changes to gather, the first retry after 200 ms. */
  readonly pauses?: Pauses;
  /** How long a record is refused before it is dropped. Default: ten minutes. */
  readonly giveUpAfterMs?: number;
  /** Tells about trouble, in a sentence. */
  readonly warn: (sentence: string) => void;
}

/**
 * Reads the stream of a table and invokes a function with its records, as a Lambda event source mapping does on AWS: in order,
 * at least once, one batch at a time. The checkpoint is written after a batch, so that a killed process repeats a batch and
 * loses none. Without a checkpoint the table's items are sent first, as if they had just been inserted: a table of an older
 * version had no stream.
 */
export class StreamEventSource {
  readonly #options: StreamEventSourceOptions;
  readonly #pauses: Pauses;
  readonly #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #batchesUntilTrim = 0;
  #retryMs: number;
  #isTold = false;

  constructor(options: StreamEventSourceOptions) {
    this.#options = options;
    this.#pauses = options.pauses ?? PAUSES;
    this.#retryMs = this.#pauses.firstRetryMs;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Stops after the batch under way. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        await this.#follow();
        // All shards have ended; new ones follow.
        await this.#pause(this.#pauses.gatheringMs);
      } catch (error) {
        if (!this.#isTold && !this.#stop.signal.aborted) {
          this.#options.warn(
            `The stream of ${this.#options.tableName} is not read: ${String(error)}. It is tried again.`,
          );
        }
        this.#isTold = true;
        await this.#pause(this.#retryMs);
        this.#retryMs = Math.min(MAX_RETRY_MS, this.#retryMs * 2);
      }
    }
  }

  /** Follows the stream until it is stopped. */
  async #follow(): Promise<void> {
    const { tables, tableName } = this.#options;
    const { Table } = await tables.send(new DescribeTableCommand({ TableName: tableName }));
    const streamArn = Table?.LatestStreamArn;
    if (streamArn === undefined) {
      throw new Error('the table has no stream');
    }
    let checkpoint = await this.#usableCheckpoint(streamArn);
    if (checkpoint === undefined) {
      await this.#sendItems((Table?.KeySchema ?? []).flatMap(({ AttributeName }) => AttributeName ?? []));
    }
    for (const shardId of await this.#shardsFrom(streamArn, checkpoint?.shardId)) {
      checkpoint = await this.#followShard(
        streamArn,
        shardId,
        checkpoint?.shardId === shardId ? checkpoint : undefined,
      );
    }
  }

  /** The checkpoint, unless the stream has forgotten the records behind it: DynamoDB keeps them for a day. */
  async #usableCheckpoint(streamArn: string): Promise<Checkpoint | undefined> {
    const { checkpointFile, tableName, warn } = this.#options;
    const checkpoint = readCheckpoint(checkpointFile, streamArn, warn);
    try {
      if (checkpoint !== undefined) {
        await this.#iterator(streamArn, checkpoint.shardId, checkpoint);
      }
      return checkpoint;
    } catch (error) {
      if (error instanceof TrimmedDataAccessException || error instanceof ResourceNotFoundException) {
        warn(`The stream of ${tableName} has forgotten changes; all items are sent again.`);
        return undefined;
      }
      throw error;
    }
  }

  async #shardsFrom(streamArn: string, shardId: string | undefined): Promise<readonly string[]> {
    const shards: string[] = [];
    let after: string | undefined;
    do {
      const { StreamDescription: page } = await this.#options.streams.send(
        new DescribeStreamCommand({
          StreamArn: streamArn,
          ...(after !== undefined && { ExclusiveStartShardId: after }),
        }),
      );
      shards.push(...(page?.Shards ?? []).flatMap(({ ShardId }) => ShardId ?? []));
      after = page?.LastEvaluatedShardId;
    } while (after !== undefined);
    return shardId === undefined ? shards : shards.slice(Math.max(0, shards.indexOf(shardId)));
  }

  /** Reads one shard to its end, or until the source is stopped. */
  async #followShard(
    streamArn: string,
    shardId: string,
    from: Checkpoint | undefined,
  ): Promise<Checkpoint | undefined> {
    let checkpoint = from;
    const nextRecords = await this.#recordsBehind(streamArn, shardId, checkpoint);
    while (!this.#stop.signal.aborted) {
      const records = await nextRecords();
      if (records === undefined) {
        return checkpoint;
      }
      if (records.length === 0) {
        this.#recovered();
        await this.#pause(this.#pauses.gatheringMs);
      } else if (await this.#deliver(records)) {
        const sequenceNumber = records.at(-1)?.dynamodb?.SequenceNumber ?? '';
        checkpoint = { streamArn, shardId, sequenceNumber };
        writeCheckpoint(this.#options.checkpointFile, checkpoint);
        this.#recovered();
        await this.#trim(sequenceNumber);
        if (records.length < BATCH_SIZE) {
          await this.#pause(this.#pauses.gatheringMs);
        }
      }
    }
    return checkpoint;
  }

  /** A round counts as done when its checkpoint is kept as well: a full disk fails that alone. */
  #recovered(): void {
    this.#isTold = false;
    this.#retryMs = this.#pauses.firstRetryMs;
  }

  /** The batches behind a checkpoint, one after the other; undefined behind the end of the shard. */
  async #recordsBehind(
    streamArn: string,
    shardId: string,
    checkpoint: Checkpoint | undefined,
  ): Promise<() => Promise<readonly StreamRecord[] | undefined>> {
    const { reader, tableName, streams } = this.#options;
    if (reader !== undefined) {
      let after = checkpoint?.sequenceNumber;
      return async () => {
        const records = reader.read({ tableName, shardId, after, limit: BATCH_SIZE });
        after = records.at(-1)?.dynamodb?.SequenceNumber ?? after;
        return records;
      };
    }
    let iterator = await this.#iterator(streamArn, shardId, checkpoint);
    return async () => {
      if (iterator === undefined) {
        return undefined;
      }
      const command = new GetRecordsCommand({ ShardIterator: iterator, Limit: BATCH_SIZE });
      const { Records = [], NextShardIterator } = await streams.send(command);
      iterator = NextShardIterator;
      return Records;
    };
  }

  /** A trim that fails costs disk space, and is tried again later. */
  async #trim(sequenceNumber: string): Promise<void> {
    this.#batchesUntilTrim -= 1;
    if (this.#batchesUntilTrim > 0 || this.#options.trim === undefined) {
      return;
    }
    this.#batchesUntilTrim = BATCHES_PER_TRIM;
    try {
      await this.#options.trim(sequenceNumber);
    } catch (error) {
      this.#options.warn(`Old stream records of ${this.#options.tableName} are kept: ${String(error)}.`);
    }
  }

  async #iterator(streamArn: string, shardId: string, checkpoint: Checkpoint | undefined): Promise<string | undefined> {
    const { ShardIterator } = await this.#options.streams.send(
      new GetShardIteratorCommand({
        StreamArn: streamArn,
        ShardId: shardId,
        ...(checkpoint === undefined
          ? { ShardIteratorType: 'TRIM_HORIZON' }
          : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: checkpoint.sequenceNumber }),
      }),
    );
    return ShardIterator;
  }

  /** Sends what the table holds. Records of the stream that say the same again do no harm: the function drops doubles. */
  async #sendItems(keys: readonly string[]): Promise<void> {
    const { tables, tableName } = this.#options;
    const pages = paginateScan(
      { client: tables, pageSize: BATCH_SIZE },
      { TableName: tableName, ConsistentRead: true },
    );
    for await (const { Items = [] } of pages) {
      const records = Items.map(
        (item, index): StreamRecord => ({
          eventName: 'INSERT',
          dynamodb: { Keys: pick(item, keys), NewImage: item, SequenceNumber: `item-${index}` },
        }),
      );
      if (records.length > 0) {
        await this.#deliver(records);
      }
    }
  }

  /** Invokes the function until it has taken the batch. False where the source was stopped before. */
  async #deliver(records: readonly StreamRecord[]): Promise<boolean> {
    const giveUpAfterMs = this.#options.giveUpAfterMs ?? GIVE_UP_AFTER_MS;
    let pauseMs = this.#pauses.firstRetryMs;
    let left = records;
    let refusedSince: number | undefined;
    for (let tries = 1; !this.#stop.signal.aborted; tries += 1) {
      try {
        const failed = new Set(await this.#options.invoke(left));
        if (failed.size === 0) {
          return true;
        }
        left = left.filter(({ dynamodb }) => failed.has(dynamodb?.SequenceNumber ?? ''));
        refusedSince ??= Date.now();
        if (Date.now() - refusedSince >= giveUpAfterMs) {
          this.#options.warn(`${left.length} changes of ${this.#options.tableName} were refused for good and dropped.`);
          return true;
        }
      } catch (error) {
        if (tries === FAILURES_TOLD) {
          this.#options.warn(`The changes of ${this.#options.tableName} are not taken: ${String(error)}`);
        }
      }
      await this.#pause(pauseMs);
      pauseMs = Math.min(MAX_RETRY_MS, pauseMs * 2);
    }
    return false;
  }

  #pause(ms: number): Promise<unknown> {
    return sleep(ms, undefined, { signal: this.#stop.signal }).catch(() => undefined);
  }
}

function pick<T>(item: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T> {
  return Object.fromEntries(Object.entries(item).filter(([name]) => names.includes(name)));
}
