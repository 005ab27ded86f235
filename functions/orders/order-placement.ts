import type { DeleteCommandInput, PutCommandInput, UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Order } from './order.ts';
import type { OrderUpdate } from './order-table.ts';

/** A DynamoDB request but for its table. */
type OnTable<Input> = Omit<Input, 'TableName'>;

/** Writes a new order where its id is not taken. */
export function placement(order: Order): OnTable<PutCommandInput> {
  return {
    Item: order,
    ConditionExpression: 'attribute_not_exists(order_id)',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  };
}

/**
 * Takes back the record that was placed, unless its saga has written or somebody else has announced a start. Tied to that
 * very record: a removal that arrives late, or twice, must not take the order that was placed under the same id since.
 */
export function removal({ order_id, placement_id }: Pick<Order, 'order_id' | 'placement_id'>) {
  return {
    Key: { order_id },
    ConditionExpression:
      'placement_id = :placement_id AND attribute_exists(start_pending) AND attribute_not_exists(start_repeated_at)',
    ExpressionAttributeValues: { ':placement_id': placement_id },
    ReturnValues: 'ALL_OLD',
  } satisfies OnTable<DeleteCommandInput>;
}

/** Announces a start by somebody else than the request that placed the order, while the saga has not written. */
export function startAnnouncement(orderId: string, now: Date) {
  return {
    Key: { order_id: orderId },
    UpdateExpression: 'SET start_repeated_at = :now',
    ConditionExpression: 'attribute_exists(start_pending)',
    ExpressionAttributeValues: { ':now': now.toISOString() },
    ReturnValues: 'ALL_NEW',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  } satisfies OnTable<UpdateCommandInput>;
}

/** Notes that the order's execution is over without having written; who redrives it makes its saga go on. */
export function endedStart(orderId: string, now: Date): OrderUpdate {
  return {
    orderId,
    set: 'start_pending = :ended',
    condition: 'start_pending = :yes AND #status = :pending',
    values: { ':ended': 'ENDED', ':yes': 'Y', ':pending': 'PENDING' },
    entry: {
      at: now.toISOString(),
      status: 'PENDING',
      what: 'waits for an operator',
      why: 'its processing ended before it had begun',
    },
  };
}
