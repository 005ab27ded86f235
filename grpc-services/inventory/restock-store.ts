import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { firstStock, type Item, type NewItem } from './item.ts';
import { createRequestRecords, type TransactAction } from './request-record.ts';
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
   * Adds stock to an item.
   *
   * @throws RowConflict when the item does not exist, or the request was carried out
   */
  readonly add: (requestId: string, restocking: Restocking, signal: AbortSignal) => Promise<void>;
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
      const row = firstStock(item, restocking.count);
      const put = { Put: { TableName: tables.items, Item: row, ConditionExpression: 'attribute_not_exists(item_id)' } };
      await records.write(requestId, restocking, put, signal);
      return row;
    },
    add: (requestId, restocking, signal) =>
      records.write(requestId, restocking, addStock(tables.items, restocking), signal),
  };
}

function addStock(table: string, { item_id, count, name, unit_price_minor, currency }: Restocking): TransactAction {
  const sets = ['available = available + :count', 'stocked = stocked + :count'];
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
        ...(name === '' ? {} : { ':name': name }),
        ...(unit_price_minor === undefined ? {} : { ':price': unit_price_minor, ':currency': currency }),
      },
    },
  };
}
