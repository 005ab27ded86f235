import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient } from '@aws-sdk/client-sfn';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { ApiAnswer } from '../api-answer.ts';
import type { ExecutionStatus, OrderSnapshot, Snapshot } from '../snapshot.ts';
import { type AwsConnection, clientSettings, orderSagaArn } from './aws-connection.ts';
import { readExecutions } from './executions.ts';
import { chargeRow, isChargeRow, isPlainRow, itemRow, orderRow, paymentRow, reservationRow } from './row-schemas.ts';
import { readRows } from './table-rows.ts';

/**
 * Reads what the invariants are checked against from the tables and executions of one stage. It only ever reads.
 * The tables are read one after the other, so a snapshot means something only while nothing moves.
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

  /** Everything, with what clients were told put beside it. */
  async read(answers: readonly ApiAnswer[]): Promise<Snapshot> {
    const taken_at = new Date().toISOString();
    const { stage } = this.#connection;
    // Executions first: one that has ended by now cannot move an order that is read later.
    const executions = await readExecutions(this.#executions, orderSagaArn(this.#connection));
    return {
      taken_at,
      executions,
      orders: await this.orders(),
      reservations: await readRows(this.#tables, `inventory-reservations-${stage}`, reservationRow, isPlainRow),
      items: await readRows(this.#tables, `inventory-items-${stage}`, itemRow),
      payments: await readRows(this.#tables, `payments-${stage}`, paymentRow, isPlainRow),
      charges: await readRows(this.#tables, `payments-${stage}`, chargeRow, isChargeRow),
      answers,
    };
  }

  /** The orders alone. */
  async orders(): Promise<readonly OrderSnapshot[]> {
    return await readRows(this.#tables, `orders-${this.#connection.stage}`, orderRow, isPlainRow);
  }

  /** The order ids of all executions in one status. */
  async executionsIn(status: ExecutionStatus): Promise<readonly string[]> {
    const executions = await readExecutions(this.#executions, orderSagaArn(this.#connection), status);
    return executions.map(({ order_id }) => order_id);
  }

  /** Ends the connections. */
  close(): void {
    this.#tables.destroy();
    this.#executions.destroy();
  }
}
