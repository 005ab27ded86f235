import { type DynamoDBDocumentClient, GetCommand, QueryCommand, type QueryCommandOutput } from '@aws-sdk/lib-dynamodb';
import { translateErrors } from '../clients/aws.ts';
import { type Order, orderSchema } from './order.ts';

/** The orders table of this stage. Reads are here, writes in order-writes.ts. */
export interface OrderTable {
  readonly client: DynamoDBDocumentClient;
  readonly name: string;
}

/** Global secondary index that holds only the orders whose saga has not made its first write yet. */
const START_PENDING_INDEX = 'start-pending';

/** The order as last written; undefined where there is none. @throws RetryableError where DynamoDB does not reply */
export async function readOrder({ client, name }: OrderTable, orderId: string): Promise<Order | undefined> {
  const { Item } = await callTable(
    client.send(new GetCommand({ TableName: name, Key: { order_id: orderId }, ConsistentRead: true })),
  );
  return Item === undefined ? undefined : orderSchema.parse(Item);
}

/**
 * Ids of the orders created before the given time whose saga has not made its first write, oldest first, in pages.
 *
 * @throws RetryableError where DynamoDB does not reply
 */
export async function* startPendingOrders(
  { client, name }: OrderTable,
  createdBefore: Date,
  pageSize: number,
): AsyncGenerator<readonly string[]> {
  let after: QueryCommandOutput['LastEvaluatedKey'];
  do {
    const { Items = [], LastEvaluatedKey } = await callTable(
      client.send(
        new QueryCommand({
          TableName: name,
          IndexName: START_PENDING_INDEX,
          KeyConditionExpression: 'start_pending = :yes AND created_at < :before',
          ExpressionAttributeValues: { ':yes': 'Y', ':before': createdBefore.toISOString() },
          ProjectionExpression: 'order_id',
          Limit: pageSize,
          ...(after === undefined ? {} : { ExclusiveStartKey: after }),
        }),
      ),
    );
    if (Items.length > 0) {
      yield Items.map(({ order_id }) => String(order_id));
    }
    after = LastEvaluatedKey;
  } while (after !== undefined);
}

/** @throws RetryableError where DynamoDB throttles or does not reply; other errors as they are */
export function callTable<T>(call: Promise<T>): Promise<T> {
  return translateErrors(call, 'ORDERS_UNAVAILABLE', 'the order store does not answer');
}
