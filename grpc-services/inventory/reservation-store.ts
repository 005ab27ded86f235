import {
  BatchGetCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb';
import { type BucketedIndex, type IndexPage, type IndexQuery, pageOfIndex } from '../common/bucketed-index.ts';
import {
  cancellationOf,
  type Row,
  storeError,
  storeUnavailable,
  WITH_ROW_ON_FAILURE,
  withStoreErrors,
} from '../common/dynamodb-errors.ts';
import { ARRIVAL_VALUES, COUNT_ARRIVAL } from './item.ts';
import type { ItemConflicts } from './item-conflicts.ts';
import { HOLD_BUCKETS, type Reservation, reservationRow } from './reservation.ts';
import { portionsOf, shardKey, type TakenLine } from './shards.ts';
import type { TransactAction } from './stock-transaction.ts';
import type { InventoryTables } from './tables.ts';

/** The counters of an item that stock moves between. */
export type Counter = 'available' | 'held' | 'sold';

/** Moves the count of every line from one counter to another. */
export interface StockMove {
  readonly from: Counter;
  readonly to: Counter;
  /** Undefined: the lines of the reservation. */
  readonly lines?: readonly TakenLine[];
}

/** The next version of a reservation, and the stock that moves in the same transaction. */
export interface ReservationChange {
  /** The version that was read; undefined when there was none. */
  readonly previous: Reservation | undefined;
  readonly next: Reservation;
  readonly move?: StockMove;
}

/**
 * The outcome of a change:
 * - `done`: it is written
 * - `stale`: the reservation changed after it was read; `current` is its present version, undefined if it is gone
 * - `short`: a counter of an item is too low; `available` is what its row had available, if known. An item that is `spread`
 *   may have more in its other rows.
 */
export type ChangeOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'stale'; readonly current: Reservation | undefined }
  | {
      readonly kind: 'short';
      readonly line: TakenLine;
      readonly available: number | undefined;
      readonly spread: boolean;
    };

/** Reservations, together with the item counters. The counters change only in the transaction of a reservation. */
export interface ReservationStore {
  /** The reservation of an order, strongly consistent. */
  readonly find: (orderId: string, signal: AbortSignal) => Promise<Reservation | undefined>;
  /**
   * Writes the whole change or nothing.
   *
   * @throws RowConflict when another transaction changes the same rows, STORE_UNAVAILABLE when the store throttles
   */
  readonly apply: (change: ReservationChange, signal: AbortSignal) => Promise<ChangeOutcome>;
  /**
   * Ids of orders whose hold expired by `now` (milliseconds since the epoch), oldest first, from one bucket. The index is
   * eventually consistent: read each reservation before you act on it.
   */
  readonly expiredHolds: (
    bucket: string,
    now: number,
    limit: number,
    signal: AbortSignal,
  ) => Promise<readonly string[]>;
  /** A page of the orders that hold stock, the earliest end of a hold first. */
  readonly holds: (query: IndexQuery, signal: AbortSignal) => Promise<IndexPage>;
  /** The reservations of up to 100 orders, strongly consistent and in the same order; missing ones are left out. */
  readonly findAll: (orderIds: readonly string[], signal: AbortSignal) => Promise<readonly Reservation[]>;
}

/** Reservations in DynamoDB. `conflicts` counts what their changes meet at items. */
export function createReservationStore(
  documents: DynamoDBDocumentClient,
  tables: InventoryTables,
  conflicts: ItemConflicts,
): ReservationStore {
  const holdIndex: BucketedIndex = {
    table: tables.reservations,
    name: 'held-by-expiry',
    bucketAttribute: 'hold_bucket',
    timeAttribute: 'expires_at',
    buckets: HOLD_BUCKETS,
  };
  return {
    find: async (orderId, signal) => {
      const command = new GetCommand({
        TableName: tables.reservations,
        Key: { order_id: orderId },
        ConsistentRead: true,
      });
      const { Item: row } = await withStoreErrors(documents.send(command, { abortSignal: signal }));
      return row === undefined ? undefined : reservationRow.parse(row);
    },
    apply: async (change, signal) => {
      const { next, move } = change;
      const moved = move === undefined ? [] : rowMoves(move.lines ?? next.lines);
      const updates = move === undefined ? [] : moved.map((row) => moveInRow(tables, row, move));
      const command = new TransactWriteCommand({ TransactItems: [putReservation(tables, change), ...updates] });
      try {
        await documents.send(command, { abortSignal: signal });
        return { kind: 'done' };
      } catch (error) {
        return outcomeOf(error, moved, conflicts);
      }
    },
    expiredHolds: async (bucket, now, limit, signal) => {
      const command = new QueryCommand({
        TableName: tables.reservations,
        IndexName: 'held-by-expiry',
        KeyConditionExpression: 'hold_bucket = :bucket AND expires_at <= :now',
        ExpressionAttributeValues: { ':bucket': bucket, ':now': now },
        Limit: limit,
      });
      const { Items: keys = [] } = await withStoreErrors(documents.send(command, { abortSignal: signal }));
      return keys.map((key) => String(key.order_id));
    },
    holds: (query, signal) => pageOfIndex(documents, holdIndex, query, signal),
    findAll: async (orderIds, signal) => {
      if (orderIds.length === 0) {
        return [];
      }
      const table = tables.reservations;
      const Keys = orderIds.map((order_id) => ({ order_id }));
      const command = new BatchGetCommand({ RequestItems: { [table]: { Keys, ConsistentRead: true } } });
      const answer = await withStoreErrors(documents.send(command, { abortSignal: signal }));
      const unread = answer.UnprocessedKeys?.[table]?.Keys?.length ?? 0;
      if (unread > 0) {
        throw storeUnavailable(new Error(`${unread} of ${orderIds.length} reservations were left unread`));
      }
      const found = new Map((answer.Responses?.[table] ?? []).map((row) => [row.order_id, reservationRow.parse(row)]));
      return orderIds.flatMap((orderId) => found.get(orderId) ?? []);
    },
  };
}

/** @throws the error itself, or what it means, if no condition failed */
function outcomeOf(error: unknown, moved: readonly RowMove[], conflicts: ItemConflicts): ChangeOutcome {
  const cancellation = cancellationOf(error);
  if (cancellation === undefined) {
    throw storeError(error);
  }
  const [reservation, ...rows] = cancellation.failedConditions;
  if (reservation !== undefined) {
    return { kind: 'stale', current: reservationIn(reservation.row) };
  }
  const short = moved.findIndex((_, index) => rows[index] !== undefined);
  const move = moved[short];
  if (move !== undefined) {
    const row = rows[short]?.row;
    const spread = move.shard > 0 || row?.shards !== undefined;
    return { kind: 'short', line: move.line, available: availableIn(row), spread };
  }
  const [, ...contended] = cancellation.conflicts;
  for (const [index, { line }] of moved.entries()) {
    if (contended[index] === true) {
      conflicts.add(line.item_id);
    }
  }
  throw cancellation.otherCause();
}

function putReservation(tables: InventoryTables, { previous, next }: ReservationChange): TransactAction {
  const condition =
    previous === undefined
      ? { ConditionExpression: 'attribute_not_exists(order_id)' }
      : { ConditionExpression: 'version = :read', ExpressionAttributeValues: { ':read': previous.version } };
  return { Put: { TableName: tables.reservations, Item: next, ...condition, ...WITH_ROW_ON_FAILURE } };
}

/** What moves in one row of an item. */
interface RowMove {
  readonly line: TakenLine;
  readonly shard: number;
  readonly count: number;
}

function rowMoves(lines: readonly TakenLine[]): readonly RowMove[] {
  return lines.flatMap((line) => portionsOf(line).map(({ shard, count }) => ({ line, shard, count })));
}

function moveInRow(tables: InventoryTables, { line, shard, count }: RowMove, { from, to }: StockMove): TransactAction {
  const arrives = to === 'available';
  return {
    Update: {
      TableName: tables.items,
      Key: { item_id: shardKey(line.item_id, shard) },
      UpdateExpression: `SET #from = #from - :count, #to = #to + :count${arrives ? `, ${COUNT_ARRIVAL}` : ''}`,
      ConditionExpression: '#from >= :count',
      ExpressionAttributeNames: { '#from': from, '#to': to },
      ExpressionAttributeValues: { ':count': count, ...(arrives ? ARRIVAL_VALUES : {}) },
      ...WITH_ROW_ON_FAILURE,
    },
  };
}

function reservationIn(row: Row | undefined): Reservation | undefined {
  return row === undefined ? undefined : reservationRow.parse(row);
}

function availableIn(row: Row | undefined): number | undefined {
  return typeof row?.available === 'number' ? row.available : undefined;
}
