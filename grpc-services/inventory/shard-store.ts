import { TransactionConflictException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { failedCondition, storeError } from '../common/dynamodb-errors.ts';
import { RowConflict, retryOnConflict } from '../common/retry-on-conflict.ts';
import { ARRIVAL_VALUES, COUNT_ARRIVAL, type ItemStock, shardCount } from './item.ts';
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
export function createShardStore(documents: DynamoDBDocumentClient, { items: table }: InventoryTables): ShardStore {
  return {
    spread: (stock, shards, signal) => announced(stock.item.item_id, spreadActions(table, stock, shards), signal),
    gather: (itemId, portions, signal) => announced(itemId, gatherActions(table, itemId, portions), signal),
  };

  /**
   * Says before and after that pieces move: a reader may see one row before the move and another one after it. Where the
   * outcome is not known, or the process ends, it stays said. That costs readers time, but never a wrong answer.
   */
  async function announced(itemId: string, move: TransactAction[], signal: AbortSignal): Promise<void> {
    await countMove(itemId, 1, signal);
    try {
      await writeTransaction(documents, move, 'the rows of the item changed after they were read', signal);
    } catch (error) {
      if (error instanceof RowConflict) {
        await moveEnded(itemId);
      }
      throw error;
    }
    await moveEnded(itemId);
  }

  /** Goes on though the caller gives up: the move has ended. */
  function moveEnded(itemId: string): Promise<void> {
    const { signal } = new AbortController();
    return retryOnConflict(() => countMove(itemId, -1, signal), signal);
  }

  async function countMove(item_id: string, change: 1 | -1, signal: AbortSignal): Promise<void> {
    const command = new UpdateCommand({
      TableName: table,
      Key: { item_id },
      UpdateExpression: 'SET moves_under_way = if_not_exists(moves_under_way, :none) + :change',
      ConditionExpression: 'attribute_exists(item_id)',
      ExpressionAttributeValues: { ':none': 0, ':change': change },
    });
    try {
      await documents.send(command, { abortSignal: signal });
    } catch (error) {
      throw error instanceof TransactionConflictException || failedCondition(error) !== undefined
        ? new RowConflict('another call writes the item', { cause: error })
        : storeError(error);
    }
  }
}

function spreadActions(table: string, { item, rows }: ItemStock, shards: number): TransactAction[] {
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
    return [growItem(table, item.item_id, change, { from: shardCount(item), to: shards })];
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
  { from, to }: { readonly from: number; readonly to: number },
): TransactAction {
  return {
    Update: {
      TableName: table,
      Key: { item_id },
      UpdateExpression: 'SET available = available + :change, stocked = stocked + :change, shards = :to',
      ConditionExpression: `available >= :taken AND ${from === 1 ? 'attribute_not_exists(shards)' : 'shards = :from'}`,
      ExpressionAttributeValues: {
        ':change': change,
        ':taken': Math.max(0, -change),
        ':to': to,
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
