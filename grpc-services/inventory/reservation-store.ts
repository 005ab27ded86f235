import {
  type DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import {
  cancellationOf,
  type Row,
  storeError,
  WITH_ROW_ON_FAILURE,
  withStoreErrors,
} from '../common/dynamodb-errors.ts';
import type { PricedLine } from './order-lines.ts';
import { type Reservation, reservationRow } from './reservation.ts';
import type { InventoryTables } from './tables.ts';

/** The counters of an item that stock moves between. */
export type Counter = 'available' | 'held' | 'sold';

/** Moves the count of every line of a reservation from one counter to another. */
export interface StockMove {
  readonly from: Counter;
  readonly to: Counter;
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
 * - `short`: the counter of an item is too low; `available` is what the item had available, if known
 */
export type ChangeOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'stale'; readonly current: Reservation | undefined }
  | { readonly kind: 'short'; readonly line: PricedLine; readonly available: number | undefined };

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
}

type Action = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** Reservations in DynamoDB. */
export function createReservationStore(documents: DynamoDBDocumentClient, tables: InventoryTables): ReservationStore {
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
      const lines = move === undefined ? [] : next.lines;
      const moves = move === undefined ? [] : lines.map((line) => moveLine(tables, line, move));
      const command = new TransactWriteCommand({ TransactItems: [putReservation(tables, change), ...moves] });
      try {
        await documents.send(command, { abortSignal: signal });
        return { kind: 'done' };
      } catch (error) {
        const cancellation = cancellationOf(error);
        if (cancellation === undefined) {
          throw storeError(error);
        }
        const [reservation, ...items] = cancellation.failedConditions;
        if (reservation !== undefined) {
          return { kind: 'stale', current: reservationIn(reservation.row) };
        }
        for (const [index, line] of lines.entries()) {
          const item = items[index];
          if (item !== undefined) {
            return { kind: 'short', line, available: availableIn(item.row) };
          }
        }
        throw cancellation.otherCause();
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
  };
}

function putReservation(tables: InventoryTables, { previous, next }: ReservationChange): Action {
  const condition =
    previous === undefined
      ? { ConditionExpression: 'attribute_not_exists(order_id)' }
      : { ConditionExpression: 'version = :read', ExpressionAttributeValues: { ':read': previous.version } };
  return { Put: { TableName: tables.reservations, Item: next, ...condition, ...WITH_ROW_ON_FAILURE } };
}

function moveLine(tables: InventoryTables, { item_id, count }: PricedLine, { from, to }: StockMove): Action {
  return {
    Update: {
      TableName: tables.items,
      Key: { item_id },
      UpdateExpression: 'SET #from = #from - :count, #to = #to + :count',
      ConditionExpression: '#from >= :count',
      ExpressionAttributeNames: { '#from': from, '#to': to },
      ExpressionAttributeValues: { ':count': count },
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
