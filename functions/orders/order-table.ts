import {
  type DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  type QueryCommandInput,
  type QueryCommandOutput,
} from '@aws-sdk/lib-dynamodb';
import { ATTRIBUTES } from '../../telemetry/attributes.ts';
import { linkActiveSpan } from '../../telemetry/tracing.ts';
import { translateErrors } from '../clients/aws.ts';
import { type Order, orderSchema } from './order.ts';
import type { OrderStatus } from './order-status.ts';

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
  if (Item === undefined) {
    return undefined;
  }
  const order = orderSchema.parse(Item);
  // A request about an order, such as its payment, is a trace of its own.
  linkActiveSpan(order.traceparent, { [ATTRIBUTES.ORDER_ID]: orderId });
  return order;
}

/**
 * Ids of the orders created before the given time whose saga has not made its first write, oldest first, in pages.
 *
 * @throws RetryableError where DynamoDB does not reply
 */
export function startPendingOrders(
  table: OrderTable,
  createdBefore: Date,
  pageSize: number,
): AsyncGenerator<readonly string[]> {
  return pagesOf(table, pageSize, {
    IndexName: START_PENDING_INDEX,
    KeyConditionExpression: 'start_pending = :yes AND created_at < :before',
    ExpressionAttributeValues: { ':yes': 'Y', ':before': createdBefore.toISOString() },
  });
}

/**
 * Ids of the oldest orders of a status that were created before the given time, oldest first: one page.
 *
 * @throws RetryableError where DynamoDB does not reply
 */
export async function oldestOrders(
  table: OrderTable,
  status: OrderStatus,
  createdBefore: Date,
  limit: number,
): Promise<readonly string[]> {
  const pages = pagesOf(table, limit, {
    IndexName: 'by-status',
    KeyConditionExpression: '#status = :status AND created_at < :before',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':status': status, ':before': createdBefore.toISOString() },
  });
  return (await pages.next()).value ?? [];
}

type IndexQuery = Pick<
  QueryCommandInput,
  'IndexName' | 'KeyConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
>;

async function* pagesOf(table: OrderTable, pageSize: number, query: IndexQuery): AsyncGenerator<readonly string[]> {
  for await (const rows of rowPages(table, pageSize, { ...query, ProjectionExpression: 'order_id' })) {
    yield rows.map(({ order_id }) => String(order_id));
  }
}

/** A row of an index. */
type IndexRow = NonNullable<QueryCommandOutput['Items']>[number];

/** The rows of an index that a query finds, in pages; no page is empty. @throws RetryableError where DynamoDB does not reply */
export async function* rowPages(
  { client, name }: OrderTable,
  pageSize: number,
  query: IndexQuery & Required<Pick<QueryCommandInput, 'ProjectionExpression'>>,
): AsyncGenerator<readonly IndexRow[]> {
  let after: QueryCommandOutput['LastEvaluatedKey'];
  do {
    const { Items = [], LastEvaluatedKey } = await callTable(
      client.send(
        new QueryCommand({
          ...query,
          TableName: name,
          Limit: pageSize,
          ...(after === undefined ? {} : { ExclusiveStartKey: after }),
        }),
      ),
    );
    if (Items.length > 0) {
      yield Items;
    }
    after = LastEvaluatedKey;
  } while (after !== undefined);
}

/** @throws RetryableError where DynamoDB throttles or does not reply; other errors as they are */
export function callTable<T>(call: Promise<T>): Promise<T> {
  return translateErrors(call, 'ORDERS_UNAVAILABLE', 'the order store does not answer');
}
