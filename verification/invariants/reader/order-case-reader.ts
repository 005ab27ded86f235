import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { itemsOfRows, rowKey } from '../item-rows.ts';
import type { OrderCase } from '../order-case.ts';
import {
  chargeRow,
  type ItemRowSnapshot,
  type ItemSnapshot,
  itemRow,
  orderRow,
  paymentRow,
  reservationRow,
} from '../snapshot.ts';
import { type AwsConnection, clientSettings } from './aws-connection.ts';
import { parseRow } from './table-rows.ts';

/** Reads what the tables hold about single orders and items, by key; it writes nothing. */
export class OrderCaseReader {
  readonly #stage: string;
  readonly #tables: DynamoDBDocumentClient;

  constructor(connection: AwsConnection) {
    this.#stage = connection.stage;
    this.#tables = DynamoDBDocumentClient.from(new DynamoDBClient(clientSettings(connection)));
  }

  /** One order without its execution; of the provider's charges only that of the order's current payment. */
  async read(order_id: string): Promise<Omit<OrderCase, 'execution'>> {
    const payment = await this.#row(`payments-${this.#stage}`, { order_id });
    const charge = payment && (await this.#row(`payments-${this.#stage}`, { order_id: chargeKey(order_id, payment) }));
    const order = await this.#row(`orders-${this.#stage}`, { order_id });
    const reservation = await this.#row(`inventory-reservations-${this.#stage}`, { order_id });
    return {
      order_id,
      order: order && parseRow(`orders-${this.#stage}`, orderRow, order),
      reservation: reservation && parseRow(`inventory-reservations-${this.#stage}`, reservationRow, reservation),
      payment: payment && parseRow(`payments-${this.#stage}`, paymentRow, payment),
      charges: charge === undefined ? [] : [parseRow(`payments-${this.#stage}`, chargeRow, charge)],
    };
  }

  /** The counters of one item, all its rows together. */
  async item(item_id: string): Promise<ItemSnapshot | undefined> {
    const own = await this.#itemRow(item_id);
    const others = Array.from({ length: (own?.shards ?? 1) - 1 }, (_, index) =>
      this.#itemRow(rowKey(item_id, index + 1)),
    );
    const rows = [own, ...(await Promise.all(others))].filter((row) => row !== undefined);
    return itemsOfRows(rows)[0];
  }

  async #itemRow(item_id: string): Promise<ItemRowSnapshot | undefined> {
    const table = `inventory-items-${this.#stage}`;
    const row = await this.#row(table, { item_id });
    return row && parseRow(table, itemRow, row);
  }

  /** Closes the connections. */
  close(): void {
    this.#tables.destroy();
  }

  async #row(table: string, key: Readonly<Record<string, string>>): Promise<Row | undefined> {
    return (await this.#tables.send(new GetCommand({ TableName: table, Key: key, ConsistentRead: true }))).Item;
  }
}

type Row = Readonly<Record<string, unknown>>;

function chargeKey(order_id: string, payment: Row): string {
  return `charge#${order_id}#${String(payment.payment_id)}`;
}
