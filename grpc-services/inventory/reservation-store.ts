import {
  type DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { WITH_ROW_ON_FAILURE } from '../common/failed-condition.ts';
import { storeFailure } from '../common/store-failure.ts';
import { type ConditionResult, cancellationOf } from './cancellation.ts';
import { type PricedLine, type Reservation, reservationRow } from './reservation.ts';
import type { InventoryTables } from './tables.ts';

/** The counters of an item that stock moves between. */
export type Counter = 'available' | 'held' | 'sold';

/** All lines of the reservation move from one counter to another. */
export interface StockMove {
  readonly from: Counter;
  readonly to: Counter;
}

/** A reservation's next state and the stock that moves with it, in one transaction. */
export interface ReservationChange {
  /** The version that was read; undefined where there was no reservation. */
  readonly previous: Reservation | undefined;
  readonly next: Reservation;
  readonly move?: StockMove;
}

/**
 * What became of a change:
 * - `done`
 * - `stale`: the reservation is no longer the one that was read; `current` is what it is, undefined where it is gone
 * - `short`: an item has less in the counter that the stock is taken from; `available` is what it had, where known
 */
export type ChangeOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'stale'; readonly current: Reservation | undefined }
  | { readonly kind: 'short'; readonly line: PricedLine; readonly available: number | undefined };

type Action = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** Reservations, and the item counters that change with them and never without. */
export class ReservationStore {
  readonly #documents: DynamoDBDocumentClient;
  readonly #tables: InventoryTables;

  constructor(documents: DynamoDBDocumentClient, tables: InventoryTables) {
    this.#documents = documents;
    this.#tables = tables;
  }

  /** The reservation of an order as it is now. */
  async find(orderId: string, signal: AbortSignal): Promise<Reservation | undefined> {
    const command = new GetCommand({
      TableName: this.#tables.reservations,
      Key: { order_id: orderId },
      ConsistentRead: true,
    });
    try {
      const { Item: row } = await this.#documents.send(command, { abortSignal: signal });
      return row === undefined ? undefined : reservationRow.parse(row);
    } catch (error) {
      throw storeFailure(error);
    }
  }

  /**
   * Writes the change, all of it or nothing.
   *
   * @throws RowConflict when another transaction is at the same rows, STORE_UNAVAILABLE when the store is throttling
   */
  async apply(change: ReservationChange, signal: AbortSignal): Promise<ChangeOutcome> {
    const { next, move } = change;
    const lines = move === undefined ? [] : next.lines;
    const moves = move === undefined ? [] : lines.map((line) => this.#moveLine(line, move));
    const command = new TransactWriteCommand({ TransactItems: [this.#putReservation(change), ...moves] });
    try {
      await this.#documents.send(command, { abortSignal: signal });
      return { kind: 'done' };
    } catch (error) {
      const cancellation = cancellationOf(error);
      if (cancellation === undefined) {
        throw storeFailure(error);
      }
      const [reservation, ...items] = cancellation.failedConditions();
      if (reservation?.failed === true) {
        return { kind: 'stale', current: reservationIn(reservation.row) };
      }
      for (const [index, line] of lines.entries()) {
        const item = items[index];
        if (item?.failed === true) {
          return { kind: 'short', line, available: availableIn(item.row) };
        }
      }
      throw cancellation.otherwise();
    }
  }

  /** Orders of one bucket whose hold ran out before `now`, the oldest first; the index may lag behind. */
  async expiredHolds(bucket: string, now: number, limit: number, signal: AbortSignal): Promise<readonly string[]> {
    const command = new QueryCommand({
      TableName: this.#tables.reservations,
      IndexName: 'held-by-expiry',
      KeyConditionExpression: 'hold_bucket = :bucket AND expires_at <= :now',
      ExpressionAttributeValues: { ':bucket': bucket, ':now': now },
      Limit: limit,
    });
    try {
      const { Items: keys = [] } = await this.#documents.send(command, { abortSignal: signal });
      return keys.map((key) => String(key.order_id));
    } catch (error) {
      throw storeFailure(error);
    }
  }

  #putReservation({ previous, next }: ReservationChange): Action {
    const condition =
      previous === undefined
        ? { ConditionExpression: 'attribute_not_exists(order_id)' }
        : { ConditionExpression: 'version = :read', ExpressionAttributeValues: { ':read': previous.version } };
    return { Put: { TableName: this.#tables.reservations, Item: next, ...condition, ...WITH_ROW_ON_FAILURE } };
  }

  #moveLine({ item_id, count }: PricedLine, { from, to }: StockMove): Action {
    return {
      Update: {
        TableName: this.#tables.items,
        Key: { item_id },
        UpdateExpression: 'SET #from = #from - :count, #to = #to + :count',
        ConditionExpression: '#from >= :count',
        ExpressionAttributeNames: { '#from': from, '#to': to },
        ExpressionAttributeValues: { ':count': count },
        ...WITH_ROW_ON_FAILURE,
      },
    };
  }
}

function reservationIn(row: ConditionResult['row']): Reservation | undefined {
  return row === undefined ? undefined : reservationRow.parse(row);
}

function availableIn(row: ConditionResult['row']): number | undefined {
  return typeof row?.available === 'number' ? row.available : undefined;
}
