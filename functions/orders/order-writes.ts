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
import { leaseBegan, timelineLimit, UNCLAIMED } from './payment-claim.ts';
import { paymentDue } from './payment-window.ts';
import { CANCELLATION_DUE_MS, CUSTOMER_ACTION_DUE_MS, dueAfter, WINDOW_DUE_MS } from './saga-due.ts';

// The writes that the functions make to an order's record; those of the reconciliation are in reconciliation-writes.ts. The
// state machine makes the others: its Record…, Confirm…, Close… and Park… states.
//
//   write                 made by                                  only where
//   placement             POST /orders/place                       the id is free
//   removal               POST /orders/place, start refused        the saga has not written, nobody else starts it
//   repeatedStart         a repeated POST /orders/place, schedule  the saga has not written
//   endedStart            schedule                                 the saga has not written
//   cancellationRequest   POST /orders/cancel                      the status is as read, no payment's claim is in force
//   paymentWait           task AwaitPayment                        reserved, not being cancelled, the attempt is the latest
//   paymentClaim          POST /payment/pay                        awaiting payment, not being cancelled, not claimed
//   paymentClaimRelease   POST /payment/pay, payment refused       awaiting payment, claimed by this payment
//   customerActionWait    POST /payment/pay, customer is asked     awaiting payment, claimed by this payment
//   paymentUndoing        POST /payment/pay, saga is gone          awaiting payment, claimed by this payment

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
    set: 'start_pending = :ended, saga_due = :yes, saga_due_at = :due',
    condition: 'start_pending = :yes AND #status = :pending',
    values: { ':ended': 'ENDED', ':pending': 'PENDING', ...dueValues(now, 0) },
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
    set: 'cancel_requested_at = :at, saga_due = :yes, saga_due_at = :due',
    condition: `#status = :status AND attribute_not_exists(cancel_requested_at) AND ${UNCLAIMED}`,
    values: {
      ':at': at,
      ':status': status,
      ':lease_began': leaseBegan(now),
      ...dueValues(now, CANCELLATION_DUE_MS),
    },
    entry: { at, status, what: 'cancellation requested' },
  };
}

/** One attempt of the task AwaitPayment. */
export interface PaymentWait {
  readonly orderId: string;
  /** Completes the task. */
  readonly taskToken: string;
  /** Rises with every attempt of the task, over redrives too: tells an old token from the current one. */
  readonly attempt: number;
  /** When the saga entered the state; the payment window runs from then on. */
  readonly enteredAt: Date;
  readonly windowSeconds: number;
  /** Where the customer confirms the payment that the order was placed with; undefined where none is tried yet. */
  readonly actionUrl?: string | undefined;
}

/** The order waits for its payment. Its record keeps the token that completes the task. */
export function paymentWait({
  orderId,
  taskToken,
  attempt,
  enteredAt,
  windowSeconds,
  actionUrl,
}: PaymentWait): OrderUpdate {
  const windowDueMs = windowSeconds * 1_000 + WINDOW_DUE_MS;
  const isCustomerAsked = actionUrl !== undefined;
  return {
    orderId,
    set:
      '#status = :awaiting, task_token = :token, task_attempt = :attempt, payment_due_at = :payment_due, ' +
      `saga_due = :yes, saga_due_at = :due${isCustomerAsked ? ', payment_action_url = :action_url' : ''}`,
    // A place that does not count attempts sends the same number each time: there, the last token counts.
    condition:
      '#status IN (:reserved, :awaiting) AND attribute_not_exists(cancel_requested_at) ' +
      'AND (attribute_not_exists(task_attempt) OR task_attempt < :attempt ' +
      'OR (task_attempt = :attempt AND task_token <> :token))',
    values: {
      ':reserved': 'RESERVED',
      ':awaiting': 'AWAITING_PAYMENT',
      ':token': taskToken,
      ':attempt': attempt,
      ':payment_due': paymentDue(enteredAt, windowSeconds).toISOString(),
      ...dueValues(enteredAt, isCustomerAsked ? Math.min(windowDueMs, CUSTOMER_ACTION_DUE_MS) : windowDueMs),
      ...(isCustomerAsked && { ':action_url': actionUrl }),
    },
    entry: {
      at: enteredAt.toISOString(),
      status: 'AWAITING_PAYMENT',
      what: 'waiting for the payment',
      why: `${isCustomerAsked ? 'the customer has to confirm it' : 'no payment method was given'}; the window is ${windowSeconds} seconds`,
    },
  };
}

/** A payment that may claim an order. `isConfirmed`: the provider has said that the customer confirmed it. */
export interface ClaimingPayment {
  readonly paymentId: string;
  readonly isConfirmed: boolean;
}

/**
 * A payment claims an order that waits for its payment; see payment-claim.ts. While the customer is asked to confirm one, a
 * claim is mostly a question how that stands. The timeline tells what comes of it.
 */
export function paymentClaim(
  { order_id, payment_action_url }: Pick<Order, 'order_id' | 'payment_action_url'>,
  { paymentId, isConfirmed }: ClaimingPayment,
  now: Date,
): OrderUpdate {
  const at = now.toISOString();
  return {
    orderId: order_id,
    set: 'payment_id = :payment_id, payment_claimed_at = :claimed_at',
    condition:
      `#status = :awaiting AND attribute_not_exists(cancel_requested_at) AND ${UNCLAIMED} ` +
      'AND size(timeline) < :most_entries',
    values: {
      ':payment_id': paymentId,
      ':claimed_at': at,
      ':lease_began': leaseBegan(now),
      ':awaiting': 'AWAITING_PAYMENT',
      ':most_entries': timelineLimit(isConfirmed),
    },
    entry:
      payment_action_url === undefined
        ? { at, status: 'AWAITING_PAYMENT', what: `payment ${paymentId} begun` }
        : undefined,
  };
}

/**
 * The provider asks the customer to confirm the payment. The claim is released meanwhile: the customer may pay otherwise, or
 * cancel. The payment claims the order again once it is confirmed.
 *
 * Where the order says so already, the claim alone is released. A customer who asks each second how the payment stands thus
 * neither fills the timeline nor puts off the reconciliation, which asks the provider.
 */
export function customerActionWait(
  { order_id, payment_action_url }: Pick<Order, 'order_id' | 'payment_action_url'>,
  paymentId: string,
  actionUrl: string,
  now: Date,
): OrderUpdate {
  const at = now.toISOString();
  const isKnown = payment_action_url === actionUrl;
  return {
    orderId: order_id,
    set: `payment_action_url = :action_url${isKnown ? '' : ', saga_due = :yes, saga_due_at = :due'}`,
    remove: 'payment_id, payment_claimed_at',
    condition: '#status = :awaiting AND payment_id = :payment_id',
    values: {
      ':payment_id': paymentId,
      ':awaiting': 'AWAITING_PAYMENT',
      ':action_url': actionUrl,
      ...(!isKnown && dueValues(now, CUSTOMER_ACTION_DUE_MS)),
    },
    entry: isKnown
      ? undefined
      : { at, status: 'AWAITING_PAYMENT', what: `payment ${paymentId} waits for its customer to confirm it` },
  };
}

/** A refused payment releases its claim, so that another payment may try. */
export function paymentClaimRelease(orderId: string, paymentId: string, why: string, now: Date): OrderUpdate {
  return {
    orderId,
    set: '#status = :awaiting',
    remove: 'payment_id, payment_claimed_at, payment_action_url',
    condition: '#status = :awaiting AND payment_id = :payment_id',
    values: { ':payment_id': paymentId, ':awaiting': 'AWAITING_PAYMENT' },
    entry: { at: now.toISOString(), status: 'AWAITING_PAYMENT', what: `payment ${paymentId} refused`, why },
  };
}

/**
 * The saga cannot be told of a payment: its execution is gone. The order takes no payment any more, and the reconciliation
 * ends it.
 */
export function paymentUndoing(orderId: string, paymentId: string, now: Date): OrderUpdate {
  const at = now.toISOString();
  return {
    orderId,
    set: 'payment_undone_at = :at, saga_due = :yes, saga_due_at = :due',
    remove: 'payment_id, payment_claimed_at',
    condition: '#status = :awaiting AND payment_id = :payment_id',
    values: { ':payment_id': paymentId, ':awaiting': 'AWAITING_PAYMENT', ':at': at, ...dueValues(now, 0) },
    entry: { at, status: 'AWAITING_PAYMENT', what: `payment ${paymentId} undone`, why: 'it could not be completed' },
  };
}

/** Values of an update that sets `saga_due` and `saga_due_at`. */
export function dueValues(now: Date, afterMs: number) {
  const { saga_due, saga_due_at } = dueAfter(now, afterMs);
  return { ':yes': saga_due, ':due': saga_due_at };
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
