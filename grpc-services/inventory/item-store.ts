import { BatchGetCommand, type DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { storeFailure, storeUnavailable } from '../common/store-failure.ts';
import { CATALOGUE, type Item, itemRow } from './item.ts';
import type { InventoryTables } from './tables.ts';

/** Most keys that one BatchGetItem takes. */
const BATCH = 100;

/** A page of items by id; `more` says whether others follow the last of them. */
export interface ItemPage {
  readonly items: readonly Item[];
  readonly more: boolean;
}

/** Reads items, and puts those of the catalogue. Counters change only through `ReservationStore` and `RestockStore`. */
export class ItemStore {
  readonly #documents: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(documents: DynamoDBDocumentClient, tables: InventoryTables) {
    this.#documents = documents;
    this.#table = tables.items;
  }

  /**
   * The items as they are now, by id; those that do not exist are left out.
   *
   * @throws STORE_UNAVAILABLE while the store answers only some of them, which is how it throttles a batch
   */
  async find(ids: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Item>> {
    const found = new Map<string, Item>();
    for (let start = 0; start < ids.length; start += BATCH) {
      for (const item of await this.#findBatch(ids.slice(start, start + BATCH), signal)) {
        found.set(item.item_id, item);
      }
    }
    return found;
  }

  /** Up to `size` items in the order of their ids, beginning after the given one. */
  async page(size: number, after: string | undefined, signal: AbortSignal): Promise<ItemPage> {
    const command = new QueryCommand({
      TableName: this.#table,
      IndexName: 'by-item-id',
      KeyConditionExpression: after === undefined ? 'catalogue = :all' : 'catalogue = :all AND item_id > :after',
      ExpressionAttributeValues: { ':all': CATALOGUE, ...(after === undefined ? {} : { ':after': after }) },
      Limit: size + 1,
    });
    const { Items: keys = [] } = await this.#sent(this.#documents.send(command, { abortSignal: signal }));
    const ids = keys.slice(0, size).map((key) => String(key.item_id));
    const items = await this.find(ids, signal);
    return { items: ids.flatMap((id) => items.get(id) ?? []), more: keys.length > size };
  }

  /** False when there is an item with that id already; it stays as it is. */
  async putIfAbsent(item: Item, signal: AbortSignal): Promise<boolean> {
    const command = new PutCommand({
      TableName: this.#table,
      Item: item,
      ConditionExpression: 'attribute_not_exists(item_id)',
    });
    try {
      await this.#documents.send(command, { abortSignal: signal });
      return true;
    } catch (error) {
      if (error instanceof Error && error.name === 'ConditionalCheckFailedException') {
        return false;
      }
      throw storeFailure(error);
    }
  }

  async #findBatch(ids: readonly string[], signal: AbortSignal): Promise<readonly Item[]> {
    const Keys = ids.map((item_id) => ({ item_id }));
    const command = new BatchGetCommand({ RequestItems: { [this.#table]: { Keys, ConsistentRead: true } } });
    const answer = await this.#sent(this.#documents.send(command, { abortSignal: signal }));
    const unread = answer.UnprocessedKeys?.[this.#table]?.Keys?.length ?? 0;
    if (unread > 0) {
      throw storeUnavailable(new Error(`${unread} of ${ids.length} items were left unread`));
    }
    return (answer.Responses?.[this.#table] ?? []).map((row) => itemRow.parse(row));
  }

  async #sent<Answer>(answer: Promise<Answer>): Promise<Answer> {
    try {
      return await answer;
    } catch (error) {
      throw storeFailure(error);
    }
  }
}
