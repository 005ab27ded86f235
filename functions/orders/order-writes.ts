import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  type DeleteCommandInput,
  PutCommand,
  type PutCommandInput,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { type Order, orderSchema, type TimelineEntry } from './order.ts';
import { callTable, type OrderTable } from './order-table.ts';
import { leaseBegan, UNCLAIMED } from './payment-claim.ts';
import { CANCELLATION_DUE_MS, dueAfter } from './saga-due.ts';

// The writes that the functions make to an order's record. Those of payments are in payment-writes.ts, those of the
// reconciliation in reconciliation-writes.ts. The state machine makes the others: its Record…, Confirm…, Close… and Park…
// states.
//
//   write                 made by                                  only where
//   placement             POST /orders/place                       the id is free
//   removal               POST /orders/place, start refused        the saga has not written, nobody else starts it
//   repeatedStart         a repeated POST /orders/place, schedule  the saga has not written
//   endedStart            schedule                                 the saga has not written
//   cancellationRequest   POST /orders/cancel                      the status is as read, no payment's claim is in force

/** The outcome of a conditional write. */
export type ConditionalWrite =
  | { readonly applied: true; readonly order: Order }
  /** `order` is the record that failed the condition; undefined where there is none. */
  | { readonly applied: false; readonly order: Order | undefined };

/** A DynamoDB request without the table's name. */
export type OnTable<Input> = Omit<Input, 'TableName'>;

/** A new order. */
export function placement(order: Order) {
  return {
    Item: order,
    ConditionExpression: 'attribute_not_exists(order_id)',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  } satisfies OnTable<PutCommandInput>;
}

/**
 * Adds a new order. Where another order has its id, nothing is written and that order is returned.
 *
 * @throws RetryableError where DynamoDB does not reply
 */
export async function addOrder({ client, name }: OrderTable, order: Order): Promise<ConditionalWrite> {
  const addition = await conditionalWrite(async () => {
    await client.send(new PutCommand({ TableName: name, ...placement(order) }));
    return order;
  });
  // The SDK repeats a write whose reply was lost. The repeat finds the record of the first.
  const isOwn = addition.order !== undefined && addition.order.placement_id === order.placement_id;
  return isOwn ? { applied: true, order: addition.order } : addition;
}

/**
 * The removal of an order whose start was refused. It applies to the record of one placement. A removal that arrives late,
 * or twice, does not remove an order that was placed under the same id since.
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

/**
 * Removes an order whose start was refused. False where the saga has written to it, where another request has recorded a
 * start of its own, or where the order is gone.
 *
 * @throws RetryableError where DynamoDB does not reply
 */
export async function removeUnstartedOrder(
  { client, name }: OrderTable,
  order: Pick<Order, 'order_id' | 'placement_id'>,
): Promise<boolean> {
  const removed = await conditionalWrite(async () => {
    const { Attributes } = await client.send(new DeleteCommand({ TableName: name, ...removal(order) }));
    return orderSchema.parse(Attributes);
  });
  return removed.applied;
}

/** The record of a start by anybody but the request that placed the order. */
export function repeatedStart(orderId: string, now: Date) {
  return {
    Key: { order_id: orderId },
    UpdateExpression: 'SET start_repeated_at = :now',
    ConditionExpression: 'attribute_exists(start_pending)',
    ExpressionAttributeValues: { ':now': now.toISOString() },
    ReturnValues: 'ALL_NEW',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  } satisfies OnTable<UpdateCommandInput>;
}

/**
 * Records that somebody else than the request that placed the order is about to start its saga. From then on that request
 * does not remove the order. Not applied where the saga has written already, or where the order is gone.
 *
 * @throws RetryableError where DynamoDB does not reply
 */
export function recordRepeatedStart(table: OrderTable, orderId: string, now: Date): Promise<ConditionalWrite> {
  return sendUpdate(table, repeatedStart(orderId, now));
}

/** A change of one order, for {@link updateOrder}. */
export interface OrderUpdate {
  readonly orderId: string;
  /** Assignments of the update's SET, such as `#status = :status`. `updated_at` and the timeline entry are added. */
  readonly set: string;
  /** Attributes to remove. */
  readonly remove?: string;
  /** Checked on existing orders only. */
  readonly condition: string;
  readonly values: Readonly<Record<string, unknown>>;
  /** Undefined for a write that tells nothing new: it leaves timeline and `updated_at` as they are. */
  readonly entry: TimelineEntry | undefined;
}

/**
 * Changes an order where the update's condition holds, and adds the update's entry to its timeline.
 *
 * @throws RetryableError where DynamoDB does not reply
 */
export function updateOrder(table: OrderTable, update: OrderUpdate): Promise<ConditionalWrite> {
  const { orderId, set, condition, values, entry } = update;
  const append = entry === undefined ? '' : ', updated_at = :updated_at, timeline = list_append(timeline, :entry)';
  const remove = update.remove === undefined ? '' : ` REMOVE ${update.remove}`;
  return sendUpdate(table, {
    Key: { order_id: orderId },
    UpdateExpression: `SET ${set}${append}${remove}`,
    ConditionExpression: `attribute_exists(order_id) AND (${condition})`,
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: {
      ...values,
      ...(entry !== undefined && { ':updated_at': entry.at, ':entry': [entry] }),
    },
    ReturnValues: 'ALL_NEW',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
}

/** The order's execution has ended without a write. The schedule passes the order over to the reconciliation. */
export function endedStart(orderId: string, now: Date): OrderUpdate {
  return {
    orderId,
    set: 'start_pending = :ended, saga_due = :due_key, saga_due_at = :due',
    condition: 'start_pending = :yes AND #status = :pending',
    values: { ':yes': 'Y', ':ended': 'ENDED', ':pending': 'PENDING', ...dueValues(orderId, now, 0) },
    entry: {
      at: now.toISOString(),
      status: 'PENDING',
      what: 'processing begins again',
      why: 'its processing ended before it had begun',
    },
  };
}

/**
 * The customer's request to cancel. The saga's own writes carry the matching condition, so a recorded request is granted.
 *
 * @param status of the order as last read
 */
export function cancellationRequest(orderId: string, status: Order['status'], now: Date): OrderUpdate {
  const at = now.toISOString();
  return {
    orderId,
    set: 'cancel_requested_at = :at, saga_due = :due_key, saga_due_at = :due',
    condition: `#status = :status AND attribute_not_exists(cancel_requested_at) AND ${UNCLAIMED}`,
    values: {
      ':at': at,
      ':status': status,
      ':lease_began': leaseBegan(now),
      ...dueValues(orderId, now, CANCELLATION_DUE_MS),
    },
    entry: { at, status, what: 'cancellation requested' },
  };
}

/** Values of an update that sets `saga_due` and `saga_due_at`. */
export function dueValues(orderId: string, now: Date, afterMs: number) {
  const { saga_due, saga_due_at } = dueAfter(orderId, now, afterMs);
  return { ':due_key': saga_due, ':due': saga_due_at };
}

/** @throws RetryableError where DynamoDB does not reply */
export function sendUpdate(
  { client, name }: OrderTable,
  request: OnTable<UpdateCommandInput>,
): Promise<ConditionalWrite> {
  return conditionalWrite(async () => {
    const { Attributes } = await client.send(new UpdateCommand({ TableName: name, ...request }));
    return orderSchema.parse(Attributes);
  });
}

/** Distinguishes a failed condition, which is an outcome, from a failed call, which is thrown. */
async function conditionalWrite(write: () => Promise<Order>): Promise<ConditionalWrite> {
  try {
    return { applied: true, order: await callTable(write()) };
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) {
      throw error;
    }
    return { applied: false, order: error.Item === undefined ? undefined : orderSchema.parse(unmarshall(error.Item)) };
  }
}
