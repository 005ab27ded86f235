import { randomUUID } from 'node:crypto';
import type { AwsCalls } from './aws-calls.ts';

const ROWS_A_CALL = 25;
const CALLS_AT_ONCE = 8;

type Row = Readonly<Record<string, unknown>>;
interface StoredRow {
  readonly table: string;
  readonly row: Row;
}

/**
 * Makes the tables as full as many finished orders leave them: it copies the rows of one order that really went through
 * the saga (order, reservation, payment, the provider's charge) under new ids, straight into the tables.
 */
export class StoredOrders {
  readonly #dynamodb: AwsCalls;
  readonly #stage: string;

  constructor(dynamodb: AwsCalls, stage: string) {
    this.#dynamodb = dynamodb;
    this.#stage = stage;
  }

  /** Adds so many copies of a confirmed order. */
  async add(count: number, confirmed_id: string): Promise<void> {
    const rows = JSON.stringify(await this.#rowsOf(confirmed_id));
    let left = count;
    const writer = async () => {
      while (left > 0) {
        // Four rows an order: six orders fit into one call.
        const orders = Math.min(left, 6);
        left -= orders;
        const copies = Array.from({ length: orders }, () => rows.replaceAll(confirmed_id, randomUUID()));
        await this.#write(copies.flatMap((copy) => JSON.parse(copy) as StoredRow[]));
      }
    };
    await Promise.all(Array.from({ length: CALLS_AT_ONCE }, writer));
  }

  async #rowsOf(order_id: string): Promise<readonly StoredRow[]> {
    const keys = [
      [`orders-${this.#stage}`, order_id],
      [`inventory-reservations-${this.#stage}`, order_id],
      [`payments-${this.#stage}`, order_id],
      [`payments-${this.#stage}`, `charge#${order_id}#${order_id}`],
    ] as const;
    return await Promise.all(
      keys.map(async ([table, key]) => {
        const { Item } = await this.#dynamodb.call('dynamodb', 'GetItem', {
          TableName: table,
          Key: { order_id: { S: key } },
        });
        if (Item === undefined) {
          throw new Error(`Table ${table} has no row ${key}: there is nothing to copy`);
        }
        return { table, row: Item as Row };
      }),
    );
  }

  async #write(rows: readonly StoredRow[]): Promise<void> {
    if (rows.length > ROWS_A_CALL) {
      throw new Error(`${rows.length} rows do not fit into one BatchWriteItem`);
    }
    const byTable = Map.groupBy(rows, ({ table }) => table);
    const requests = [...byTable].map(([table, group]) => [
      table,
      group.map(({ row }) => ({ PutRequest: { Item: row } })),
    ]);
    const { UnprocessedItems } = await this.#dynamodb.call('dynamodb', 'BatchWriteItem', {
      RequestItems: Object.fromEntries(requests),
    });
    if (Object.keys(UnprocessedItems ?? {}).length > 0) {
      throw new Error('DynamoDB left rows unwritten');
    }
  }
}
