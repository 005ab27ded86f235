import { type DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { failedCondition, storeError, withStoreErrors } from '../common/dynamodb-errors.ts';
import { retryOnConflict } from '../common/retry-on-conflict.ts';
import { CATALOGUE, type Item, wholeItem } from './item.ts';
import type { ItemRows } from './item-rows.ts';
import type { InventoryTables } from './tables.ts';

/** A page of items, in the order of their ids. */
export interface ItemPage {
  readonly items: readonly Item[];
  /** Whether further items follow the last one. */
  readonly more: boolean;
}

/** Reads items, and seeds the catalogue. Other stores change the counters of an item. */
export interface ItemStore {
  /**
   * Reads items by id, strongly consistent, each with the count of all its rows. Items that do not exist are left out.
   *
   * @throws STORE_UNAVAILABLE when the store returns only some of them, as it does when it throttles a batch
   */
  readonly find: (ids: readonly string[], signal: AbortSignal) => Promise<ReadonlyMap<string, Item>>;
  /** Up to `size` items in the order of their ids, starting after the given one. */
  readonly page: (size: number, after: string | undefined, signal: AbortSignal) => Promise<ItemPage>;
  /** False when an item with that id exists; it stays unchanged. */
  readonly putIfAbsent: (item: Item, signal: AbortSignal) => Promise<boolean>;
}

/** Items in DynamoDB. */
export function createItemStore(
  documents: DynamoDBDocumentClient,
  { items: table }: InventoryTables,
  rows: ItemRows,
): ItemStore {
  return { find, page, putIfAbsent };

  async function find(ids: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Item>> {
    const stocks = await retryOnConflict(() => rows.stocks(ids, signal), signal);
    return new Map([...stocks].map(([id, stock]) => [id, wholeItem(stock)]));
  }

  async function page(size: number, after: string | undefined, signal: AbortSignal): Promise<ItemPage> {
    const command = new QueryCommand({
      TableName: table,
      IndexName: 'by-item-id',
      KeyConditionExpression: after === undefined ? 'catalogue = :all' : 'catalogue = :all AND item_id > :after',
      ExpressionAttributeValues: { ':all': CATALOGUE, ...(after === undefined ? {} : { ':after': after }) },
      Limit: size + 1,
    });
    const { Items: keys = [] } = await withStoreErrors(documents.send(command, { abortSignal: signal }));
    const ids = keys.slice(0, size).map((key) => String(key.item_id));
    const items = await find(ids, signal);
    return { items: ids.flatMap((id) => items.get(id) ?? []), more: keys.length > size };
  }

  async function putIfAbsent(item: Item, signal: AbortSignal): Promise<boolean> {
    const command = new PutCommand({
      TableName: table,
      Item: item,
      ConditionExpression: 'attribute_not_exists(item_id)',
    });
    try {
      await documents.send(command, { abortSignal: signal });
      return true;
    } catch (error) {
      if (failedCondition(error) === undefined) {
        throw storeError(error);
      }
      return false;
    }
  }
}
