import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, UpdateCommand, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { isWorthRetrying } from '../clients/aws.ts';
import { RetryableError } from '../common/errors.ts';
import { type Order, orderSchema, type TimelineEntry } from './order.ts';

/** The orders table of this stage. */
export interface OrderTable {
  readonly client: DynamoDBDocumentClient;
  readonly name: string;
}

/** What became of a conditional write. */
export type ConditionalWrite =
  | { readonly applied: true; readonly order: Order }
  /** `order` is the record that failed the condition; undefined where there is none. */
  | { readonly applied: false; readonly order: Order | undefined };

/** A change of one order. `condition` holds for existing orders only. */
export interface OrderUpdate {
  readonly orderId: string;
  /** Update expression, such as `SET #status = :status`; the timeline entry and updated_at are added to its SET. */
  readonly set: string;
  readonly remove?: string;
  readonly condition: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly entry: TimelineEntry;
}

/** The order as last written; undefined where there is none. */
export async function readOrder({ client, name }: OrderTable, orderId: string): Promise<Order | undefined> {
  const { Item } = await answering(
    client.send(new GetCommand({ TableName: name, Key: { order_id: orderId }, ConsistentRead: true })),
  );
  return Item === undefined ? undefined : orderSchema.parse(Item);
}

/** The request that a change makes, but for its table. */
export function updateRequest(update: OrderUpdate): Omit<UpdateCommandInput, 'TableName'> {
  const remove = update.remove === undefined ? '' : ` REMOVE ${update.remove}`;
  return {
    Key: { order_id: update.orderId },
    UpdateExpression: `SET ${update.set}, updated_at = :updated_at, timeline = list_append(timeline, :entry)${remove}`,
    ConditionExpression: `attribute_exists(order_id) AND (${update.condition})`,
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ...update.values, ':updated_at': update.entry.at, ':entry': [update.entry] },
    ReturnValues: 'ALL_NEW',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  };
}

/** Changes an order where its condition holds, with an entry in its timeline. */
export function updateOrder({ client, name }: OrderTable, update: OrderUpdate): Promise<ConditionalWrite> {
  return conditionally(async () => {
    const { Attributes } = await client.send(new UpdateCommand({ TableName: name, ...updateRequest(update) }));
    return orderSchema.parse(Attributes);
  });
}

/** Runs a conditional write and tells a failed condition from a failure. */
export async function conditionally(write: () => Promise<Order>): Promise<ConditionalWrite> {
  try {
    return { applied: true, order: await answering(write()) };
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) {
      throw error;
    }
    return { applied: false, order: error.Item === undefined ? undefined : orderSchema.parse(unmarshall(error.Item)) };
  }
}

/** @throws RetryableError where DynamoDB is throttled, out of reach or out of order; other errors as they are */
export async function answering<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (cause) {
    if (!isWorthRetrying(cause)) {
      throw cause;
    }
    throw new RetryableError('ORDERS_UNAVAILABLE', 'the order store does not answer', { cause });
  }
}
