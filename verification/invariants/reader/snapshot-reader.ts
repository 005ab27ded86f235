import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DescribeExecutionCommand, paginateListExecutions, SFNClient } from '@aws-sdk/client-sfn';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { itemsOfRows } from '../item-rows.ts';
import {
  type ApiPromise,
  chargeRow,
  type ExecutionSnapshot,
  type ExecutionStatus,
  type ItemSnapshot,
  itemRow,
  type OrderSnapshot,
  orderRow,
  paymentRow,
  reservationRow,
  type Snapshot,
  stockChangeRow,
} from '../snapshot.ts';
import { type AwsConnection, clientSettings, orderSagaArn } from './aws-connection.ts';
import { isChargeRow, isPlainRow, isStockChangeRow, parseRow, readRows } from './table-rows.ts';

/**
 * Reads snapshots from the tables and executions of one stage; it writes nothing. The tables are read one after the other,
 * so a snapshot is consistent only while nothing changes.
 */
export class SnapshotReader {
  readonly #connection: AwsConnection;
  readonly #tables: DynamoDBDocumentClient;
  readonly #executions: SFNClient;

  constructor(connection: AwsConnection) {
    this.#connection = connection;
    this.#tables = DynamoDBDocumentClient.from(new DynamoDBClient(clientSettings(connection)));
    this.#executions = new SFNClient(clientSettings(connection));
  }

  /** Everything the invariants need, together with the promises that clients received. */
  async read(answers: readonly ApiPromise[]): Promise<Snapshot> {
    const taken_at = new Date().toISOString();
    const { stage } = this.#connection;
    // Executions first: one that has ended by now cannot change an order that is read later.
    const executions = await readExecutions(this.#executions, orderSagaArn(this.#connection));
    return {
      taken_at,
      executions,
      orders: await this.orders(),
      ...(await this.#reservations()),
      items: await this.items(),
      payments: await readRows(this.#tables, `payments-${stage}`, paymentRow, isPlainRow),
      charges: await readRows(this.#tables, `payments-${stage}`, chargeRow, isChargeRow),
      answers,
    };
  }

  /** Only the orders. */
  async orders(): Promise<readonly OrderSnapshot[]> {
    return await readRows(this.#tables, `orders-${this.#connection.stage}`, orderRow, isPlainRow);
  }

  /** Only the items. */
  async items(): Promise<readonly ItemSnapshot[]> {
    return itemsOfRows(await readRows(this.#tables, `inventory-items-${this.#connection.stage}`, itemRow));
  }

  /** What orders did to the stock, and what else changed it, by one reading of their table. */
  async #reservations(): Promise<Pick<Snapshot, 'reservations' | 'stock_changes'>> {
    const table = `inventory-reservations-${this.#connection.stage}`;
    const rows = await readRows(this.#tables, table, z.record(z.string(), z.unknown()));
    return {
      reservations: rows.filter(isPlainRow).map((row) => parseRow(table, reservationRow, row)),
      stock_changes: rows.filter(isStockChangeRow).map((row) => parseRow(table, stockChangeRow, row)),
    };
  }

  /** How many rows the orders table has, without reading them. AWS itself tells the number of some hours ago. */
  async orderCount(): Promise<number> {
    const described = await this.#tables.send(
      new DescribeTableCommand({ TableName: `orders-${this.#connection.stage}` }),
    );
    return described.Table?.ItemCount ?? 0;
  }

  /** The order ids of all executions with one status. */
  async executionsIn(status: ExecutionStatus): Promise<readonly string[]> {
    const executions = await readExecutions(this.#executions, orderSagaArn(this.#connection), status);
    return executions.map(({ order_id }) => order_id);
  }

  /** Closes the connections. */
  close(): void {
    this.#tables.destroy();
    this.#executions.destroy();
  }
}

/** Every execution of a state machine, or those with one status; for failed ones also whether they can be redriven. */
async function readExecutions(
  client: SFNClient,
  stateMachineArn: string,
  status?: ExecutionStatus,
): Promise<readonly ExecutionSnapshot[]> {
  /** By order: the latest run stands for the order. */
  const executions = new Map<string, ExecutionSnapshot & { readonly run: number }>();
  const query = { stateMachineArn, maxResults: 1000, ...(status === undefined ? {} : { statusFilter: status }) };
  for await (const page of paginateListExecutions({ client }, query)) {
    for (const { name, executionArn, status: found } of page.executions ?? []) {
      if (name === undefined || executionArn === undefined || found === undefined) {
        throw new Error(`ListExecutions of ${stateMachineArn} returned an entry without name, ARN or status`);
      }
      const redrivable = found === 'FAILED' ? await isRedrivable(client, executionArn) : undefined;
      const { order_id, run } = runOf(name);
      if (run >= (executions.get(order_id)?.run ?? 0)) {
        executions.set(order_id, { order_id, run, status: found, ...(redrivable === undefined ? {} : { redrivable }) });
      }
    }
  }
  return [...executions.values()].map(({ run: _run, ...execution }) => execution);
}

/** An execution's name is its order's id, with the number of the run after the first. */
function runOf(name: string): { readonly order_id: string; readonly run: number } {
  const [, order_id = name, run = '0'] = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-(\d+)$/.exec(name) ?? [];
  return { order_id, run: Number(run) };
}

async function isRedrivable(client: SFNClient, executionArn: string): Promise<boolean | undefined> {
  const { redriveStatus } = await client.send(new DescribeExecutionCommand({ executionArn }));
  return redriveStatus === undefined ? undefined : redriveStatus === 'REDRIVABLE';
}
