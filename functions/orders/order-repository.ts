import { DeleteCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { type Order, orderSchema } from './order.ts';
import { answering, type ConditionalWrite, conditionally, type OrderTable, readOrder } from './order-table.ts';

/** Global secondary index that holds only the orders whose saga has not made its first write yet. */
const START_PENDING_INDEX = 'start-pending';

/** The orders as a whole: written, read, taken back, found. Their single changes have a file each beside this one. */
export interface OrderRepository {
  /** The order as last written; undefined where there is none. */
  readonly find: (orderId: string) => Promise<Order | undefined>;
  /** Writes a new order; where its id is taken, nothing is written and the present record is answered. */
  readonly add: (order: Order) => Promise<ConditionalWrite>;
  /**
   * Takes back an order whose start was refused. False where the saga has written to it meanwhile, or where somebody
   * else has announced a start of its own.
   */
  readonly removeUnstarted: (orderId: string) => Promise<boolean>;
  /**
   * Announces a start by somebody else than the request that wrote the order, which may not take it back from then on.
   * Not applied where the saga has written already, or where the order is taken back.
   */
  readonly announceStart: (orderId: string, now: Date) => Promise<ConditionalWrite>;
  /** Ids of orders created before the time whose saga has not written yet, oldest first, at most `limit`. */
  readonly findStartPending: (createdBefore: Date, limit: number) => Promise<readonly string[]>;
}

/** Orders in DynamoDB. Every method throws RetryableError where the table does not answer. */
export function createOrderRepository(table: OrderTable): OrderRepository {
  const { client, name } = table;
  return {
    find: (orderId) => readOrder(table, orderId),
    add: (order) =>
      conditionally(async () => {
        await client.send(
          new PutCommand({
            TableName: name,
            Item: order,
            ConditionExpression: 'attribute_not_exists(order_id)',
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        );
        return order;
      }),
    removeUnstarted: async (orderId) => {
      const removal = await conditionally(async () => {
        const { Attributes } = await client.send(
          new DeleteCommand({
            TableName: name,
            Key: { order_id: orderId },
            ConditionExpression: 'attribute_exists(start_pending) AND attribute_not_exists(start_repeated_at)',
            ReturnValues: 'ALL_OLD',
          }),
        );
        return orderSchema.parse(Attributes);
      });
      return removal.applied;
    },
    announceStart: (orderId, now) =>
      conditionally(async () => {
        const { Attributes } = await client.send(
          new UpdateCommand({
            TableName: name,
            Key: { order_id: orderId },
            UpdateExpression: 'SET start_repeated_at = :now',
            ConditionExpression: 'attribute_exists(start_pending)',
            ExpressionAttributeValues: { ':now': now.toISOString() },
            ReturnValues: 'ALL_NEW',
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        );
        return orderSchema.parse(Attributes);
      }),
    findStartPending: async (createdBefore, limit) => {
      const { Items = [] } = await answering(
        client.send(
          new QueryCommand({
            TableName: name,
            IndexName: START_PENDING_INDEX,
            KeyConditionExpression: 'start_pending = :yes AND created_at < :before',
            ExpressionAttributeValues: { ':yes': 'Y', ':before': createdBefore.toISOString() },
            ProjectionExpression: 'order_id',
            Limit: limit,
          }),
        ),
      );
      return Items.map(({ order_id }) => String(order_id));
    },
  };
}
