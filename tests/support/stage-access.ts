import { DynamoDBClient, UpdateItemCommand, type UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { type AwsConnection, clientSettings } from '../../verification/invariants/reader/aws-connection.ts';

/** An update of a row whose table is named apart. */
export type RowChange = Omit<UpdateItemCommandInput, 'TableName'>;

/** What tests do to one stage past its API, wherever it runs. */
export class StageAccess {
  readonly #connection: AwsConnection;

  constructor(connection: AwsConnection) {
    this.#connection = connection;
  }

  /** Changes one row of a table, given without the stage, such as `orders`. */
  async changeRow(table: string, update: RowChange): Promise<void> {
    const client = new DynamoDBClient(clientSettings(this.#connection));
    try {
      await client.send(new UpdateItemCommand({ ...update, TableName: `${table}-${this.#connection.stage}` }));
    } finally {
      client.destroy();
    }
  }

  /** Lets the time pass by which the saga of an order had to move. Throws for an order that has no such time. */
  makeSagaDue(orderId: string): Promise<void> {
    return this.changeRow('orders', {
      Key: { order_id: { S: orderId } },
      UpdateExpression: 'SET saga_due_at = :now',
      ConditionExpression: 'attribute_exists(saga_due_at)',
      ExpressionAttributeValues: { ':now': { S: new Date().toISOString() } },
    });
  }

  /** Lets the time pass for which stock is held for an order. The Inventory service's sweeper then returns it. */
  makeHoldExpire(orderId: string): Promise<void> {
    return this.changeRow('inventory-reservations', {
      Key: { order_id: { S: orderId } },
      UpdateExpression: 'SET expires_at = :past',
      ConditionExpression: 'attribute_exists(hold_bucket)',
      ExpressionAttributeValues: { ':past': { N: String(Date.now() - 1_000) } },
    });
  }

  /** Stops an execution of one of the stage's state machines, such as `order-saga`. */
  async stopExecution(machine: string, name: string): Promise<void> {
    const { region, account, stage } = this.#connection;
    const client = new SFNClient(clientSettings(this.#connection));
    try {
      const executionArn = `arn:aws:states:${region}:${account}:execution:${machine}-${stage}:${name}`;
      await client.send(new StopExecutionCommand({ executionArn }));
    } finally {
      client.destroy();
    }
  }

  /** Runs a function now, as its schedule would, and returns what it answers. */
  async invoke(name: string, event: object = {}): Promise<unknown> {
    const client = new LambdaClient(clientSettings(this.#connection));
    try {
      const FunctionName = `orders-${this.#connection.stage}-${name}`;
      const { FunctionError: error, Payload: payload } = await client.send(
        new InvokeCommand({ FunctionName, Payload: JSON.stringify(event) }),
      );
      const text = payload?.transformToString() ?? '';
      if (error !== undefined) {
        throw new Error(`${name} failed: ${text}`);
      }
      return JSON.parse(text);
    } finally {
      client.destroy();
    }
  }
}
