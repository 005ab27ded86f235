import type { UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import { sagaRun } from './new-order.ts';
import type { Order } from './order.ts';
import type { OrderTable } from './order-table.ts';
import { type ConditionalWrite, type OnTable, type OrderUpdate, sendUpdate } from './order-writes.ts';

// The writes that operators cause. Each is made only where the order is parked as it was read:
//
//   redriveRequest   POST /orders/redrive
//   furtherRun       POST /orders/redrive and /orders/abandon, where the execution is gone or cannot be redriven
//   abandonment      POST /orders/abandon

/** An operator's redrive, as the order's record keeps the last one. */
export type LastRedrive = NonNullable<Order['last_redrive']>;

/** An operator is about to redrive the order's execution. It is no step of the order: timeline and `updated_at` stay. */
export function redriveRequest(order: Order, redrive: LastRedrive) {
  const parked = asParked(order);
  return {
    ...parked,
    UpdateExpression: 'SET last_redrive = :redrive',
    ExpressionAttributeValues: { ...parked.ExpressionAttributeValues, ':redrive': redrive },
  };
}

/** A further execution is about to take the parked order up. */
export function furtherRun(order: Order) {
  const parked = asParked(order);
  return {
    ...parked,
    UpdateExpression: 'SET saga_run = :run',
    ExpressionAttributeValues: { ...parked.ExpressionAttributeValues, ':run': sagaRun(order) + 1 },
  };
}

/** True where the order stands as the write of {@link furtherRun} would leave it: nothing else has moved it. */
export function isFurtherRunOf(order: Order, latest: Order): boolean {
  return (
    latest.status === 'NEEDS_ATTENTION' &&
    latest.parked_at_redrive_count === order.parked_at_redrive_count &&
    sagaRun(latest) === sagaRun(order) + 1
  );
}

/** Who gives an order up, and why. */
export interface AbandonRequest {
  readonly reason: string;
  /** Absent where the API runs without authentication. */
  readonly by: string | undefined;
}

/** An operator gives the order up: its saga gives back money and stock, and closes it. */
export function abandonment(order: Order, { reason, by }: AbandonRequest, now: Date): OrderUpdate {
  const at = now.toISOString();
  const { ConditionExpression, ExpressionAttributeValues } = asParked(order);
  return {
    orderId: order.order_id,
    set: `abandon_requested_at = :at, abandon_reason = :reason${by === undefined ? '' : ', abandoned_by = :by'}`,
    condition: `attribute_not_exists(abandon_requested_at) AND ${ConditionExpression}`,
    values: { ...ExpressionAttributeValues, ':at': at, ':reason': reason, ...(by !== undefined && { ':by': by }) },
    entry: { at, status: 'NEEDS_ATTENTION', what: 'given up by an operator', why: reason },
  };
}

/**
 * Makes a write that is no step of the order: it leaves timeline and `updated_at` as they are.
 *
 * @throws RetryableError where DynamoDB does not reply
 */
export function changeParkedOrder(table: OrderTable, request: OnTable<UpdateCommandInput>): Promise<ConditionalWrite> {
  return sendUpdate(table, request);
}

/** The parts of a write that is made only where the order is parked, at the same step and in the same run as it was read. */
function asParked({ order_id, saga_run, parked_at_redrive_count }: Order) {
  const sameRun = saga_run === undefined ? 'attribute_not_exists(saga_run)' : 'saga_run = :seen_run';
  const sameParking =
    parked_at_redrive_count === undefined
      ? 'attribute_not_exists(parked_at_redrive_count)'
      : 'parked_at_redrive_count = :seen_count';
  return {
    Key: { order_id },
    ConditionExpression: `#status = :parked AND ${sameRun} AND ${sameParking}`,
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: {
      ':parked': 'NEEDS_ATTENTION',
      ...(saga_run !== undefined && { ':seen_run': saga_run }),
      ...(parked_at_redrive_count !== undefined && { ':seen_count': parked_at_redrive_count }),
    },
    ReturnValues: 'ALL_NEW',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  } as const satisfies OnTable<object>;
}
