import type { LineSnapshot } from '../../load/invariants/snapshot.ts';
import type { ModelInventory } from './model-inventory.ts';
import type { ModelOrders } from './model-orders.ts';
import type { ModelPayment } from './model-payment.ts';
import { Refusal } from './refusal.ts';

/** The payload of a saga function, as far as any of them reads it. */
export interface SagaPayload {
  readonly order_id: string;
  readonly lines?: readonly LineSnapshot[];
  readonly hold_seconds?: number;
  readonly payment_id?: string;
  readonly method?: string;
  readonly amount_minor?: number;
  readonly task_token?: string;
  readonly payment_window_seconds?: number;
  readonly parked_step?: string;
  readonly parked_at_redrive_count?: number;
  readonly redrive_count?: number;
}

/** What the functions work on. */
export interface ModelServices {
  readonly inventory: ModelInventory;
  readonly payment: ModelPayment;
  readonly orders: ModelOrders;
}

/**
 * Does at once what one function of functions/saga does.
 *
 * @param name the placeholder of its ARN in the state machine, such as `ReserveInventory`.
 * @param now milliseconds since the epoch.
 * @throws Refusal as the function throws its terminal errors.
 */
export function runSagaFunction(name: string, payload: SagaPayload, services: ModelServices, now: number) {
  const { inventory, payment, orders } = services;
  const { order_id } = payload;
  switch (name) {
    case 'ReserveInventory':
      return inventory.reserve(order_id, payload.lines ?? [], payload.hold_seconds ?? 0, now);
    case 'AuthorizePayment':
      return payment.authorize(order_id, payload.payment_id ?? '', payload.method ?? '', payload.amount_minor ?? 0);
    case 'CapturePayment':
      return payment.capture(order_id);
    case 'CommitInventory':
      inventory.commit(order_id);
      return {};
    case 'VoidPayment':
      return payment.undo(order_id);
    case 'ReleaseInventory':
      inventory.release(order_id);
      return {};
    case 'AwaitPayment':
      awaitPayment(payload, orders, now);
      return {};
    case 'AwaitRedrive':
      if ((payload.redrive_count ?? 0) > (payload.parked_at_redrive_count ?? 0)) return {};
      throw new Refusal('NeedsAttentionError', `${payload.parked_step} needs attention`);
    default:
      throw new Error(`the saga calls a function that the simulation does not know: ${name}`);
  }
}

function awaitPayment(payload: SagaPayload, orders: ModelOrders, now: number): void {
  if (orders.read(payload.order_id, 'cancel_requested_at') !== undefined) {
    throw new Refusal('OrderCancelledError', 'cancelled by the customer');
  }
  orders.update({
    Key: { order_id: { S: payload.order_id } },
    UpdateExpression: 'SET #status = :AWAITING, task_token = :token, payment_due_at = :due',
    ConditionExpression: '#status IN (:RESERVED, :AWAITING)',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: {
      ':AWAITING': { S: 'AWAITING_PAYMENT' },
      ':RESERVED': { S: 'RESERVED' },
      ':token': { S: payload.task_token ?? '' },
      ':due': { S: new Date(now + (payload.payment_window_seconds ?? 0) * 1000).toISOString() },
    },
  });
}
