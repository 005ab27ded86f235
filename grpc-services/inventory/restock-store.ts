import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { ARRIVAL_VALUES, COUNT_ARRIVAL, firstStock, type Item, type NewItem } from './item.ts';
import { createRequestRecords } from './request-record.ts';
import { shardKey } from './shards.ts';
import type { TransactAction } from './stock-transaction.ts';
import type { InventoryTables } from './tables.ts';

const restockRow = z.object({
  item_id: z.string(),
  count: z.int(),
  name: z.string(),
  unit_price_minor: z.int().optional(),
  currency: z.string().optional(),
});

/** What a restock asked for. An empty name, or an absent price, keeps the one that the item has. */
export type Restocking = Readonly<z.output<typeof restockRow>>;

/** Restocks. The transaction that adds the stock also records the request id, so each request adds stock once. */
export interface RestockStore {
  /** The restock of a request id; undefined when that request was not carried out yet. */
  readonly find: (requestId: string, signal: AbortSignal) => Promise<Restocking | undefined>;
  /**
   * Creates an item with its first stock.
   *
   * @throws RowConflict when the item exists, or the request was carried out
   */
  readonly putNew: (requestId: string, restocking: Restocking, item: NewItem, signal: AbortSignal) => Promise<Item>;
  /**
   * Adds stock to an item, as many pieces to each shard as `added` says.
   *
   * @throws RowConflict when the item does not exist, or the request was carried out
   */
  readonly add: (
    requestId: string,
    restocking: Restocking,
    added: readonly number[],
    signal: AbortSignal,
  ) => Promise<void>;
}

/** Restocks in DynamoDB, as rows of the reservations table. */
export function createRestockStore(documents: DynamoDBDocumentClient, tables: InventoryTables): RestockStore {
  const records = createRequestRecords(documents, tables.reservations, 'restock');
  return {
    find: async (requestId, signal) => {
      const row = await records.find(requestId, signal);
      return row === undefined ? undefined : restockRow.parse(row);
    },
    putNew: async (requestId, restocking, item, signal) => {
      const row = firstStock(item, restocking.count, 0);
      const put = { Put: { TableName: tables.items, Item: row, ConditionExpression: 'attribute_not_exists(item_id)' } };
      await records.write(requestId, restocking, [put], signal);
      return row;
    },
    add: (requestId, restocking, [own = 0, ...others], signal) => {
      const shards = others.flatMap((count, index) =>
        count === 0 ? [] : [addToShard(tables.items, shardKey(restocking.item_id, index + 1), count)],
      );
      const stock = [addToItem(tables.items, restocking, own), ...shards];
      return records.write(requestId, restocking, stock, signal);
    },
  };
}

function addToShard(table: string, item_id: string, count: number): TransactAction {
  return {
    Update: {
      TableName: table,
      Key: { item_id },
      UpdateExpression: `SET available = available + :count, stocked = stocked + :count, ${COUNT_ARRIVAL}`,
      ConditionExpression: 'attribute_exists(item_id)',
      ExpressionAttributeValues: { ':count': count, ...ARRIVAL_VALUES },
    },
  };
}

/** The item's own row also has its name and price. */
function addToItem(
  table: string,
  { item_id, name, unit_price_minor, currency }: Restocking,
  count: number,
): TransactAction {
  const sets = ['available = available + :count', 'stocked = stocked + :count', COUNT_ARRIVAL];
  if (name !== '') {
    sets.push('#name = :name');
  }
  if (unit_price_minor !== undefined) {
    sets.push('unit_price_minor = :price', 'currency = :currency');
  }
  return {
    Update: {
      TableName: table,
      Key: { item_id },
      UpdateExpression: `SET ${sets.join(', ')}`,
      ConditionExpression: 'attribute_exists(item_id)',
      ...(name === '' ? {} : { ExpressionAttributeNames: { '#name': 'name' } }),
      ExpressionAttributeValues: {
        ':count': count,
        ...ARRIVAL_VALUES,
        ...(name === '' ? {} : { ':name': name }),
        ...(unit_price_minor === undefined ? {} : { ':price': unit_price_minor, ':currency': currency }),
      },
    },
  };
}
