import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { UpdateCommand, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import { sagaRun } from './new-order.ts';
import type { Order } from './order.ts';
import type { OrderStatus } from './order-status.ts';
import { callTable, type OrderTable } from './order-table.ts';
import { type ConditionalWrite, dueValues, type OnTable, type OrderUpdate, sendUpdate } from './order-writes.ts';

// The writes of the reconciliation. Each is made only where nothing has changed since the order was read:
//
//   sagaPostponement   the execution runs
//   sagaRecovery       the execution is gone: a further run is about to start
//   recoveryParking    no run moves the order
//
// Two are made blindly:
//
//   failurePostponement   the order cannot be read or carried on
//   firstDueTime          an older version has set no time

/** By so much a further run counts more than any redrive of the run before, as in the state machine. */
const REDRIVES_OF_A_RUN = 10_000;

/** The reconciliation has found the order's execution at work, and looks again later. */
export function sagaPostponement(order: Order, until: Date) {
  return {
    ...unchanged(order),
    UpdateExpression: 'SET saga_due_at = :due',
    ExpressionAttributeValues: { ...unchanged(order).ExpressionAttributeValues, ':due': until.toISOString() },
  } satisfies OnTable<UpdateCommandInput>;
}

/** How an attempt to carry an order on went wrong. `left`: something did not reply; `failed`: anything else. */
export type ReconciliationFailure = 'left' | 'failed';

/** How long such an order is left alone, so that it stops no other. */
const PAUSE_MS: Readonly<Record<ReconciliationFailure, number>> = { left: 60_000, failed: 900_000 };

/** An order whose reconciliation fails is looked at again later, after the others. */
export function failurePostponement(orderId: string, failure: ReconciliationFailure, now: Date) {
  return {
    Key: { order_id: orderId },
    UpdateExpression: 'SET saga_due_at = :due',
    ConditionExpression: 'attribute_exists(saga_due_at)',
    ExpressionAttributeValues: { ':due': new Date(now.getTime() + PAUSE_MS[failure]).toISOString() },
  } satisfies OnTable<UpdateCommandInput>;
}

/** An open order of a version that set no time is looked at from now on. */
export function firstDueTime(orderId: string, status: OrderStatus, now: Date) {
  return {
    Key: { order_id: orderId },
    UpdateExpression: 'SET saga_due = :due_key, saga_due_at = :due',
    ConditionExpression: '#status = :status AND attribute_not_exists(saga_due)',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':status': status, ...dueValues(orderId, now, 0) },
  } satisfies OnTable<UpdateCommandInput>;
}

/** Makes the write of {@link firstDueTime}. False where the order has a time, or has moved. */
export async function setFirstDueTime(
  { client, name }: OrderTable,
  orderId: string,
  status: OrderStatus,
  now: Date,
): Promise<boolean> {
  try {
    await callTable(client.send(new UpdateCommand({ TableName: name, ...firstDueTime(orderId, status, now) })));
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) {
      return false;
    }
    throw error;
  }
}

/** A further run of an order, and how many there were at the order's status. */
export interface FurtherRun {
  readonly run: number;
  readonly tries: number;
}

/** When the reconciliation looks whether a further run has moved the order. */
const RECOVERY_DUE_MS = 60_000;

/** The reconciliation is about to start a further run of the order. */
export function sagaRecovery(order: Order, { run, tries }: FurtherRun, now: Date) {
  return {
    ...unchanged(order),
    UpdateExpression: 'SET saga_run = :run, saga_recovery = :recovery, saga_due = :due_key, saga_due_at = :due',
    ExpressionAttributeValues: {
      ...unchanged(order).ExpressionAttributeValues,
      ':run': run,
      ':recovery': { tries, status: order.status },
      ...dueValues(order.order_id, now, RECOVERY_DUE_MS),
    },
  } satisfies OnTable<UpdateCommandInput>;
}

/** The parts of a write that is made only where nothing has changed since the order was read. */
function unchanged({ order_id, status, updated_at, saga_run, saga_due_at = '' }: Order) {
  const isSameRun = saga_run === undefined ? 'attribute_not_exists(saga_run)' : 'saga_run = :seen_run';
  return {
    Key: { order_id },
    ConditionExpression: `#status = :status AND updated_at = :updated_at AND saga_due_at = :seen_due AND ${isSameRun}`,
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: {
      ':status': status,
      ':updated_at': updated_at,
      ':seen_due': saga_due_at,
      ...(saga_run !== undefined && { ':seen_run': saga_run }),
    },
    ReturnValues: 'ALL_NEW',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  } as const;
}

/** Makes the write of {@link failurePostponement}; the record may be one that cannot be read. */
export async function postponeFailure(
  { client, name }: OrderTable,
  orderId: string,
  failure: ReconciliationFailure,
  now: Date,
): Promise<void> {
  await client.send(new UpdateCommand({ TableName: name, ...failurePostponement(orderId, failure, now) }));
}

/**
 * Makes a write of the reconciliation, which is no step of the order: it leaves timeline and `updated_at` as they are.
 *
 * @throws RetryableError where DynamoDB does not reply
 */
export function changeSagaRun(table: OrderTable, request: OnTable<UpdateCommandInput>): Promise<ConditionalWrite> {
  return sendUpdate(table, request);
}

/** Why an order is parked: in words, and as the name of an error. */
export interface ParkingCause {
  readonly cause: string;
  readonly error: string;
}

/** No run of the saga moves the order. Behind the pivot it goes on with its stock; before it, the order is undone. */
export function recoveryParking(order: Order, { cause, error }: ParkingCause, now: Date): OrderUpdate {
  const isPaid = order.status === 'PAID';
  const { ConditionExpression, ExpressionAttributeValues } = unchanged(order);
  return {
    orderId: order.order_id,
    set:
      '#status = :to, parked_step = :step, parked_error = :error, parked_outcome = :outcome, reason = :reason, ' +
      'parked_at_redrive_count = :count',
    remove: 'start_pending, task_token, payment_action_url, saga_due, saga_due_at, saga_recovery',
    condition: ConditionExpression.replace(':updated_at', ':seen_update'),
    values: {
      ':status': order.status,
      ':seen_update': order.updated_at,
      ':seen_due': ExpressionAttributeValues[':seen_due'],
      ...(order.saga_run !== undefined && { ':seen_run': order.saga_run }),
      ':to': 'NEEDS_ATTENTION',
      ':step': isPaid ? 'CommitInventory' : 'VoidPayment',
      ':error': error,
      ':outcome': isPaid
        ? { status: 'CONFIRMED', code: 'CONFIRMED', reason: 'paid and delivered' }
        : { status: 'REJECTED', code: 'ORDERS_UNAVAILABLE', reason: 'the order could not be completed' },
      ':reason': `the order could not be carried on: ${cause}`,
      ':count': REDRIVES_OF_A_RUN * sagaRun(order),
    },
    entry: { at: now.toISOString(), status: 'NEEDS_ATTENTION', what: 'waiting for an operator' },
  };
}
