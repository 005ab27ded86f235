import { BatchGetCommand, type DynamoDBDocumentClient, TransactGetCommand } from '@aws-sdk/lib-dynamodb';
import { cancellationOf, type Row, storeError, storeUnavailable, withStoreErrors } from '../common/dynamodb-errors.ts';
import { RowConflict } from '../common/retry-on-conflict.ts';
import { type Counters, countersOfRow, type ItemRow, type ItemStock, itemRow, shardCount } from './item.ts';
import { shardKey, shardSequence } from './shards.ts';
import { createSharedReads } from './shared-reads.ts';

/** An item, and the first shard that an order tries. */
export interface NearStock {
  readonly item: ItemRow;
  readonly shard: number;
  /** What that shard has available. */
  readonly available: number;
}

/** Strongly consistent reads of items and their shards. Items that do not exist are left out. */
export interface ItemRows {
  /**
   * Items by id, each with all its rows. Each row is as it was at one moment, but not all at the same one.
   *
   * @throws STORE_UNAVAILABLE when the store returns only some of them, as it does when it throttles a batch
   * @throws RowConflict when an item is being spread
   */
  readonly stocks: (ids: readonly string[], signal: AbortSignal) => Promise<ReadonlyMap<string, ItemStock>>;
  /** Items by id, each with the shard that the order tries first: one call, unless an item is newly spread. */
  readonly near: (
    ids: readonly string[],
    orderId: string,
    signal: AbortSignal,
  ) => Promise<ReadonlyMap<string, NearStock>>;
  /**
   * An item with all its rows, like `stocks`. Callers who ask for the same item at the same time share one read, so that a
   * crowd costs little more than one of them.
   */
  readonly glance: (itemId: string, signal: AbortSignal) => Promise<ItemStock | undefined>;
  /**
   * All rows of an item as they were at one moment after the call began. Callers share a read as they do for `glance`.
   *
   * @throws RowConflict when a transaction changes a row meanwhile, or the item has more rows by now
   */
  readonly snapshot: (itemId: string, shards: number, signal: AbortSignal) => Promise<ItemStock>;
}

/** BatchGetItem takes up to 100 keys. */
const KEYS_PER_BATCH = 100;

/** A shared read goes on when one of its callers gives up; the client ends it if it takes too long. */
const NEVER = new AbortController().signal;

/** Rows of items in DynamoDB. */
export function createItemRows(documents: DynamoDBDocumentClient, table: string): ItemRows {
  /** How many shards an item had when it was last read, so that its row and its shard can be read together. */
  const lastShards = new Map<string, number>();
  const glances = createSharedReads<ItemStock | undefined>();
  const snapshots = createSharedReads<ItemStock>();
  return {
    stocks,
    near,
    glance: async (itemId, signal) => {
      const stock = await glances.get(itemId, async () => (await stocks([itemId], NEVER)).get(itemId));
      signal.throwIfAborted();
      return stock;
    },
    snapshot: async (itemId, shards, signal) => {
      const stock = await snapshots.get(shardKey(itemId, shards), () => snapshot(itemId, shards));
      signal.throwIfAborted();
      return stock;
    },
  };

  async function stocks(ids: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, ItemStock>> {
    const guessed = ids.flatMap((id) => otherKeys(id, lastShards.get(id) ?? 1));
    const rows = new Map(await read([...ids, ...guessed], signal));
    const own = ids.flatMap((id) => rows.get(id) ?? []).map((row) => remembered(itemRow.parse(row)));
    const wanted = own.flatMap((item) => otherKeys(item.item_id, shardCount(item)));
    await addMissing(rows, wanted, signal);
    return new Map(own.map((item) => [item.item_id, stockIn(rows, item)]));
  }

  async function near(
    ids: readonly string[],
    orderId: string,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, NearStock>> {
    const guesses = new Map(ids.map((id) => [id, lastShards.get(id) ?? 1]));
    const guessedShards = new Map([...guesses].map(([id, shards]) => [id, firstShard(orderId, id, shards)]));
    const first = (id: string, shards: number): number =>
      guesses.get(id) === shards ? (guessedShards.get(id) ?? 0) : firstShard(orderId, id, shards);
    const guessed = [...guessedShards].map(([id, shard]) => shardKey(id, shard));
    const rows = new Map(await read([...new Set([...ids, ...guessed])], signal));
    const items = ids.flatMap((id) => rows.get(id) ?? []).map((row) => remembered(itemRow.parse(row)));
    const wanted = items.map((item) => shardKey(item.item_id, first(item.item_id, shardCount(item))));
    await addMissing(rows, wanted, signal);
    return new Map(
      items.map((item) => {
        const shard = first(item.item_id, shardCount(item));
        return [item.item_id, { item, shard, available: countersIn(rows, item, shard).available }];
      }),
    );
  }

  async function snapshot(itemId: string, shards: number): Promise<ItemStock> {
    const keys = Array.from({ length: shards }, (_, shard) => shardKey(itemId, shard));
    const TransactItems = keys.map((item_id) => ({ Get: { TableName: table, Key: { item_id } } }));
    try {
      const command = new TransactGetCommand({ TransactItems });
      const { Responses = [] } = await documents.send(command);
      const rows = new Map(Responses.flatMap(({ Item }) => (Item === undefined ? [] : [[String(Item.item_id), Item]])));
      const own = rows.get(itemId);
      const item = own === undefined ? undefined : remembered(itemRow.parse(own));
      if (item === undefined || shardCount(item) !== shards) {
        throw new RowConflict('the item was spread, or is gone, after it was read');
      }
      return stockIn(rows, item);
    } catch (error) {
      throw error instanceof RowConflict ? error : (cancellationOf(error)?.otherCause() ?? storeError(error));
    }
  }

  function remembered(item: ItemRow): ItemRow {
    if (item.shards !== undefined) {
      lastShards.set(item.item_id, item.shards);
    }
    return item;
  }

  async function addMissing(rows: Map<string, Row>, keys: readonly string[], signal: AbortSignal): Promise<void> {
    const missing = keys.filter((key) => !rows.has(key));
    for (const [key, row] of await read(missing, signal)) {
      rows.set(key, row);
    }
  }

  async function read(keys: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Row>> {
    const found = new Map<string, Row>();
    for (let start = 0; start < keys.length; start += KEYS_PER_BATCH) {
      for (const row of await readBatch(keys.slice(start, start + KEYS_PER_BATCH), signal)) {
        found.set(String(row.item_id), row);
      }
    }
    return found;
  }

  async function readBatch(keys: readonly string[], signal: AbortSignal): Promise<readonly Row[]> {
    const Keys = keys.map((item_id) => ({ item_id }));
    const command = new BatchGetCommand({ RequestItems: { [table]: { Keys, ConsistentRead: true } } });
    const answer = await withStoreErrors(documents.send(command, { abortSignal: signal }));
    const unread = answer.UnprocessedKeys?.[table]?.Keys?.length ?? 0;
    if (unread > 0) {
      throw storeUnavailable(new Error(`${unread} of ${keys.length} rows of items were left unread`));
    }
    return answer.Responses?.[table] ?? [];
  }
}

function firstShard(orderId: string, itemId: string, shards: number): number {
  return shards === 1 ? 0 : (shardSequence(orderId, itemId, shards)[0] ?? 0);
}

function otherKeys(itemId: string, shards: number): readonly string[] {
  return Array.from({ length: shards - 1 }, (_, index) => shardKey(itemId, index + 1));
}

function stockIn(rows: ReadonlyMap<string, Row>, item: ItemRow): ItemStock {
  const counters = Array.from({ length: shardCount(item) }, (_, shard) => countersIn(rows, item, shard));
  return { item, rows: counters };
}

/**
 * @throws RowConflict when the row is missing. It was written in one transaction with the number of shards, but a read beside
 * that transaction may see one and not the other.
 */
function countersIn(rows: ReadonlyMap<string, Row>, item: ItemRow, shard: number): Counters {
  if (shard === 0) {
    return item;
  }
  const row = rows.get(shardKey(item.item_id, shard));
  if (row === undefined) {
    throw new RowConflict(`the row of shard ${shard} of item ${item.item_id} is not there yet`);
  }
  return countersOfRow.parse(row);
}
