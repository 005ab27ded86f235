import {
  type DynamoDBDocumentClient,
  GetCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { RowConflict } from '../common/retry-on-conflict.ts';
import { storeFailure } from '../common/store-failure.ts';
import { cancellationOf } from './cancellation.ts';
import { firstStock, type Item, type NewItem } from './item.ts';
import type { InventoryTables } from './tables.ts';

const restockRow = z.object({
  item_id: z.string(),
  count: z.int(),
  name: z.string(),
  unit_price_minor: z.int().optional(),
  currency: z.string().optional(),
});

/** What a restock asked for; name `''` and no price mean that the item keeps its own. */
export type Restocking = Readonly<z.output<typeof restockRow>>;

type Action = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** Restocks, each remembered under its request id in the transaction that adds the stock. */
export class RestockStore {
  readonly #documents: DynamoDBDocumentClient;
  readonly #tables: InventoryTables;

  constructor(documents: DynamoDBDocumentClient, tables: InventoryTables) {
    this.#documents = documents;
    this.#tables = tables;
  }

  /** What the request id restocked; undefined where it did not yet. */
  async find(requestId: string, signal: AbortSignal): Promise<Restocking | undefined> {
    const command = new GetCommand({
      TableName: this.#tables.reservations,
      Key: { order_id: rowKey(requestId) },
      ConsistentRead: true,
    });
    try {
      const { Item: row } = await this.#documents.send(command, { abortSignal: signal });
      return row === undefined ? undefined : restockRow.parse(row);
    } catch (error) {
      throw storeFailure(error);
    }
  }

  /** Puts an item that is not there yet, with its first stock. Throws RowConflict when it, or the request, is there. */
  async putNew(requestId: string, restocking: Restocking, item: NewItem, signal: AbortSignal): Promise<Item> {
    const row = firstStock(item, restocking.count);
    const put: Action = {
      Put: { TableName: this.#tables.items, Item: row, ConditionExpression: 'attribute_not_exists(item_id)' },
    };
    await this.#write(requestId, restocking, put, signal);
    return row;
  }

  /** Adds stock to an item. Throws RowConflict when the item is not there, or the request already is. */
  async add(requestId: string, restocking: Restocking, signal: AbortSignal): Promise<void> {
    const { item_id, count, name, unit_price_minor, currency } = restocking;
    const sets = ['available = available + :count', 'stocked = stocked + :count'];
    if (name !== '') {
      sets.push('#name = :name');
    }
    if (unit_price_minor !== undefined) {
      sets.push('unit_price_minor = :price', 'currency = :currency');
    }
    const update: Action = {
      Update: {
        TableName: this.#tables.items,
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
    await this.#write(requestId, restocking, update, signal);
  }

  async #write(requestId: string, restocking: Restocking, stock: Action, signal: AbortSignal): Promise<void> {
    const remember: Action = {
      Put: {
        TableName: this.#tables.reservations,
        Item: { ...restocking, order_id: rowKey(requestId) },
        ConditionExpression: 'attribute_not_exists(order_id)',
      },
    };
    try {
      const command = new TransactWriteCommand({ TransactItems: [remember, stock] });
      await this.#documents.send(command, { abortSignal: signal });
    } catch (error) {
      const cancellation = cancellationOf(error);
      if (cancellation === undefined) {
        throw storeFailure(error);
      }
      if (!cancellation.failedConditions().some(({ failed }) => failed)) {
        throw cancellation.otherwise();
      }
      throw new RowConflict('the request or the item changed after it was read', { cause: error });
    }
  }
}

/** An order id has no `#`, so it never collides. */
function rowKey(requestId: string): string {
  return `restock#${requestId}`;
}
