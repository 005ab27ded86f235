import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Clock } from '../common/clock.ts';
import { ARRIVAL_VALUES, COUNT_ARRIVAL, type ItemStock, shardCount } from './item.ts';
import { createMoveNotes } from './moves.ts';
import { divided, type Portion, shardKey, sum } from './shards.ts';
import { type TransactAction, writeTransaction } from './stock-transaction.ts';
import type { InventoryTables } from './tables.ts';

/** Moves available stock between the rows of an item. What is held or sold stays in its row. */
export interface ShardStore {
  /**
   * Spreads an item over more shards than it has, and divides what is available evenly.
   *
   * @throws RowConflict when its rows changed too much after they were read
   */
  readonly spread: (stock: ItemStock, shards: number, signal: AbortSignal) => Promise<void>;
  /**
   * Brings portions of an item together in the shard of the first one.
   *
   * @throws RowConflict when a shard has less than its portion by now
   */
  readonly gather: (itemId: string, portions: readonly Portion[], signal: AbortSignal) => Promise<void>;
}

/** The shards of items in DynamoDB. */
export function createShardStore(
  documents: DynamoDBDocumentClient,
  { items: table }: InventoryTables,
  clock: Clock,
): ShardStore {
  const notes = createMoveNotes(documents, table, clock);
  return {
    spread: (stock, shards, signal) =>
      move(stock.item.item_id, spreadActions(table, stock, { shards, at: clock() }), signal),
    gather: (itemId, portions, signal) => move(itemId, gatherActions(table, itemId, portions), signal),
  };

  function move(itemId: string, actions: readonly TransactAction[], signal: AbortSignal): Promise<void> {
    return notes.during(itemId, signal, () =>
      writeTransaction(documents, actions, 'the rows of the item changed after they were read', signal),
    );
  }
}

function spreadActions(
  table: string,
  { item, rows }: ItemStock,
  { shards, at }: { readonly shards: number; readonly at: number },
): TransactAction[] {
  const shares = divided(sum(rows.map(({ available }) => available)), shards);
  return shares.flatMap((share, shard): TransactAction[] => {
    const row = rows[shard];
    if (row === undefined) {
      return [newShard(table, shardKey(item.item_id, shard), share)];
    }
    const change = share - row.available;
    if (shard > 0) {
      return change === 0 ? [] : [changeRow(table, shardKey(item.item_id, shard), change)];
    }
    return [growItem(table, item.item_id, change, { from: shardCount(item), to: shards, at })];
  });
}

function newShard(table: string, item_id: string, count: number): TransactAction {
  const Item = { item_id, stocked: count, available: count, held: 0, sold: 0 };
  return { Put: { TableName: table, Item, ConditionExpression: 'attribute_not_exists(item_id)' } };
}

/** Only what the change takes away must still be there: orders go on while an item is being spread. */
function changeRow(table: string, item_id: string, change: number): TransactAction {
  return {
    Update: {
      TableName: table,
      Key: { item_id },
      UpdateExpression: `SET available = available + :change, stocked = stocked + :change, ${COUNT_ARRIVAL}`,
      ConditionExpression: 'available >= :taken',
      ExpressionAttributeValues: { ':change': change, ':taken': Math.max(0, -change), ...ARRIVAL_VALUES },
    },
  };
}

function growItem(
  table: string,
  item_id: string,
  change: number,
  { from, to, at }: { readonly from: number; readonly to: number; readonly at: number },
): TransactAction {
  return {
    Update: {
      TableName: table,
      Key: { item_id },
      UpdateExpression:
        'SET available = available + :change, stocked = stocked + :change, shards = :to, spread_at = :at',
      ConditionExpression: `available >= :taken AND ${from === 1 ? 'attribute_not_exists(shards)' : 'shards = :from'}`,
      ExpressionAttributeValues: {
        ':change': change,
        ':taken': Math.max(0, -change),
        ':to': to,
        ':at': at,
        ...(from === 1 ? {} : { ':from': from }),
      },
    },
  };
}

function gatherActions(table: string, itemId: string, [into, ...others]: readonly Portion[]): TransactAction[] {
  if (into === undefined) {
    return [];
  }
  const gathered = sum(others.map(({ count }) => count));
  return [
    changeRow(table, shardKey(itemId, into.shard), gathered),
    ...others.map(({ shard, count }) => changeRow(table, shardKey(itemId, shard), -count)),
  ];
}
