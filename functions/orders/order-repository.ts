import { DeleteCommand, PutCommand, QueryCommand, type QueryCommandOutput, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { type Order, orderSchema } from './order.ts';
import { endedStart, placement, removal, startAnnouncement } from './order-placement.ts';
import {
  answering,
  type ConditionalWrite,
  conditionally,
  type OrderTable,
  readOrder,
  updateOrder,
} from './order-table.ts';

/** Global secondary index that holds only the orders whose saga has not made its first write yet. */
const START_PENDING_INDEX = 'start-pending';

/** The orders as a whole: written, read, taken back, found. Their single changes have a file each beside this one. */
export interface OrderRepository {
  /** The order as last written; undefined where there is none. */
  readonly find: (orderId: string) => Promise<Order | undefined>;
  /** Writes a new order; where its id is taken by another, nothing is written and the present record is answered. */
  readonly add: (order: Order) => Promise<ConditionalWrite>;
  /**
   * Takes back the order that was added, after its start was refused. False where the saga has written to it meanwhile,
   * where somebody else has announced a start of its own, or where it is gone.
   */
  readonly removeUnstarted: (order: Pick<Order, 'order_id' | 'placement_id'>) => Promise<boolean>;
  /**
   * Announces a start by somebody else than the request that wrote the order, which may not take it back from then on.
   * Not applied where the saga has written already, or where the order is taken back.
   */
  readonly announceStart: (orderId: string, now: Date) => Promise<ConditionalWrite>;
  /** Ids of orders created before the time whose saga has not written yet, oldest first, in pages. */
  readonly startPending: (createdBefore: Date, pageSize: number) => AsyncIterable<readonly string[]>;
  /** Takes an order whose execution is over out of those: an operator has to look. No effect once its saga has written. */
  readonly markStartEnded: (orderId: string, now: Date) => Promise<ConditionalWrite>;
}

/** Orders in DynamoDB. Every method throws RetryableError where the table does not answer. */
export function createOrderRepository(table: OrderTable): OrderRepository {
  const { client, name } = table;
  return {
    find: (orderId) => readOrder(table, orderId),
    add: async (order) => {
      const addition = await conditionally(async () => {
        await client.send(new PutCommand({ TableName: name, ...placement(order) }));
        return order;
      });
      // The SDK repeats a write whose reply was lost, and the repeat finds what the first one wrote.
      const isOwn = addition.order !== undefined && addition.order.placement_id === order.placement_id;
      return isOwn ? { applied: true, order: addition.order } : addition;
    },
    removeUnstarted: async (order) => {
      const taken = await conditionally(async () => {
        const { Attributes } = await client.send(new DeleteCommand({ TableName: name, ...removal(order) }));
        return orderSchema.parse(Attributes);
      });
      return taken.applied;
    },
    announceStart: (orderId, now) =>
      conditionally(async () => {
        const { Attributes } = await client.send(
          new UpdateCommand({ TableName: name, ...startAnnouncement(orderId, now) }),
        );
        return orderSchema.parse(Attributes);
      }),
    startPending: (createdBefore, pageSize) => startPending(table, createdBefore, pageSize),
    markStartEnded: (orderId, now) => updateOrder(table, endedStart(orderId, now)),
  };
}

async function* startPending({ client, name }: OrderTable, createdBefore: Date, pageSize: number) {
  let after: QueryCommandOutput['LastEvaluatedKey'];
  do {
    const { Items = [], LastEvaluatedKey } = await answering(
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
