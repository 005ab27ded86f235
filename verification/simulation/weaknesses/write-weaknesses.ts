import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Order } from '../../../functions/orders/order.ts';
import type { OrderTable } from '../../../functions/orders/order-table.ts';
import * as writes from '../../../functions/orders/order-writes.ts';
import * as payments from '../../../functions/orders/payment-writes.ts';
import type { Refund } from '../../../functions/orders/refunds/refund.ts';
import { ledgerWrite } from '../../../functions/orders/refunds/refund-writes.ts';
import { readOrderSaga } from '../../../statemachines/read-order-saga.ts';
import { conditionRemovals, updateRemovals } from './expression-removals.ts';

/** The expressions of a write to the orders table. They tell every write from every other. */
export interface WriteExpressions {
  readonly ConditionExpression?: string | undefined;
  /** Absent where the write puts or deletes the whole record. */
  readonly UpdateExpression?: string | undefined;
}

/** A write to the orders table without one member of its condition, of its SET, or of its REMOVE. */
export interface WriteWeakness {
  /** The write and the member, such as `ConfirmOrder without REMOVE parked_step`. */
  readonly name: string;
  readonly intact: WriteExpressions;
  readonly weakened: WriteExpressions;
}

/** Every member of every write that the saga and the functions make. A new one is tried without being named here. */
export async function writeWeaknesses(): Promise<readonly WriteWeakness[]> {
  const all = [...sagaWrites(), ...(await functionWrites())];
  return all.flatMap(([write, { ConditionExpression, UpdateExpression }]) => {
    const intact = { ConditionExpression, UpdateExpression };
    const inCondition = ConditionExpression === undefined ? [] : conditionRemovals(ConditionExpression);
    const inUpdate = UpdateExpression === undefined ? [] : updateRemovals(UpdateExpression);
    return [
      ...inCondition.map(({ removed, left }) => ({
        name: `${write} without ${removed}`,
        intact,
        weakened: { ...intact, ConditionExpression: left },
      })),
      ...inUpdate.map(({ removed, left }) => ({
        name: `${write} without ${removed}`,
        intact,
        weakened: { ...intact, UpdateExpression: left },
      })),
    ];
  });
}

type Write = readonly [name: string, expressions: WriteExpressions];

function sagaWrites(): readonly Write[] {
  return Object.entries(readOrderSaga().definition.States).flatMap(([name, { Resource, Arguments }]) =>
    Resource?.endsWith(':dynamodb:updateItem') && Arguments !== undefined ? [[name, Arguments] as const] : [],
  );
}

/** The requests of order-writes.ts and payment-writes.ts, as the functions send them. */
async function functionWrites(): Promise<readonly Write[]> {
  const now = new Date(0);
  const wait = { orderId: 'o', taskToken: 't', attempt: 1, enteredAt: now, windowSeconds: 1 };
  const updates = {
    endedStart: writes.endedStart('o', now),
    cancellationRequest: writes.cancellationRequest('o', 'PENDING', now),
    paymentWait: payments.paymentWait(wait),
    paymentWaitForCustomer: payments.paymentWait({ ...wait, actionUrl: 'u' }),
    customerActionWait: payments.customerActionWait({ order_id: 'o' }, 'p', 'u', now),
    paymentClaim: payments.paymentClaim({ order_id: 'o' }, { paymentId: 'p', isConfirmed: false }, now),
    paymentClaimRelease: payments.paymentClaimRelease('o', 'p', 'declined', now),
    paymentUndoing: payments.paymentUndoing('o', 'p', now),
    paymentReversal: payments.paymentReversal('o', now),
  };
  const sent = Object.entries(updates).map(
    async ([name, update]) => [name, await sentBy((table) => writes.updateOrder(table, update))] as const,
  );
  return [
    ['placement', { ConditionExpression: writes.placement({} as never).ConditionExpression }],
    ['removal', { ConditionExpression: writes.removal({ order_id: 'o', placement_id: 'p' }).ConditionExpression }],
    ['repeatedStart', writes.repeatedStart('o', now)],
    ...(await Promise.all(sent)),
    ...ledgerWrites(now),
  ];
}

/** The write of an order's refunds as a request, an end and a parking of a refund make it. */
function ledgerWrites(now: Date): readonly Write[] {
  const at = now.toISOString();
  const order: Order = {
    order_id: 'o',
    status: 'CONFIRMED',
    lines: [],
    request_hash: '',
    placement_id: '',
    payment_window_seconds: 1,
    timeline: [],
    created_at: at,
    updated_at: at,
    traceparent: '',
  };
  const refund = (status: Refund['status']): Refund => ({
    amount_minor: 1,
    restock: false,
    reason: '',
    status,
    requested_at: at,
    ...(status === 'NEEDS_ATTENTION' && { parked_step: 's' }),
  });
  const entry = { at, what: 'w' };
  const later = { ...order, refund_version: 1 };
  return [
    ['ledgerRequest', ledgerWrite(order, { r: refund('REQUESTED') }, { entry, dueAt: now })],
    ['ledgerEnd', ledgerWrite(later, { r: refund('SUCCEEDED') }, { entry })],
    ['ledgerParking', ledgerWrite(later, { r: refund('NEEDS_ATTENTION') }, { entry })],
    ['ledgerRedrive', ledgerWrite(later, { r: refund('REQUESTED') }, { entry, dueAt: now })],
    ['ledgerRecovery', ledgerWrite(later, { r: refund('REQUESTED') }, { dueAt: now })],
  ];
}

async function sentBy(write: (table: OrderTable) => Promise<unknown>): Promise<WriteExpressions> {
  let input: UpdateCommand['input'] | undefined;
  const send = async (command: UpdateCommand) => {
    input = command.input;
    throw new ConditionalCheckFailedException({ message: 'only recorded', $metadata: {} });
  };
  await write({ client: { send } as unknown as DynamoDBDocumentClient, name: 'orders' });
  if (input === undefined) {
    throw new Error('the write sent nothing');
  }
  return input;
}

/** Identifies a write. */
export function writeKey({ ConditionExpression, UpdateExpression }: WriteExpressions): string {
  return `${ConditionExpression}\n${UpdateExpression}`;
}
