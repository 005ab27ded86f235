import type { OrderTable } from '../../functions/orders/order-table.ts';
import { beginPaymentWait, type PaymentWait } from '../../functions/orders/payment-wait.ts';
import type { LineSnapshot } from '../invariants/snapshot.ts';
import type { ModelInventory } from './model-inventory.ts';
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
  readonly attempt?: number;
  readonly entered_at?: string;
  readonly payment_window_seconds?: number;
  readonly parked_step?: string;
  readonly parked_at_redrive_count?: number;
  readonly redrive_count?: number;
}

/** What the functions work on. */
export interface FunctionServices {
  readonly inventory: ModelInventory;
  readonly payment: ModelPayment;
  readonly orderTable: OrderTable;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Does what one function of functions/saga does, step by step.
 *
 * @param name the placeholder of its ARN in the state machine, such as `ReserveInventory`.
 * @throws Refusal as the function throws its terminal errors.
 */
export async function* runSagaFunction(name: string, payload: SagaPayload, services: FunctionServices) {
  const { inventory, payment, orderTable, now } = services;
  const { order_id } = payload;
  switch (name) {
    case 'ReserveInventory':
      return inventory.reserve(order_id, payload.lines ?? [], payload.hold_seconds ?? 0, now());
    case 'AuthorizePayment': {
      const { payment_id = '', method = '', amount_minor = 0 } = payload;
      return yield* payment.authorize(order_id, payment_id, method, amount_minor);
    }
    case 'CapturePayment':
      return yield* payment.capture(order_id);
    case 'CommitInventory':
      inventory.commit(order_id);
      return {};
    case 'VoidPayment':
      return yield* voidOrRefund(order_id, payment);
    case 'ReleaseInventory':
      inventory.release(order_id);
      return {};
    case 'AwaitPayment':
      await beginPaymentWait(orderTable, paymentWait(payload, now()));
      return {};
    case 'AwaitRedrive':
      if ((payload.redrive_count ?? 0) > (payload.parked_at_redrive_count ?? 0)) {
        return {};
      }
      throw new Refusal('NeedsAttentionError', `${payload.parked_step} needs attention`);
    default:
      throw new Error(`the saga calls a function that the simulation does not know: ${name}`);
  }
}

function* voidOrRefund(orderId: string, payment: ModelPayment) {
  try {
    return yield* payment.void(orderId);
  } catch (error) {
    if (!(error instanceof Refusal && error.name === 'PaymentAlreadyCapturedError')) {
      throw error;
    }
  }
  yield;
  return yield* payment.refund(orderId);
}

function paymentWait(payload: SagaPayload, now: number): PaymentWait {
  return {
    orderId: payload.order_id,
    taskToken: payload.task_token ?? '',
    attempt: payload.attempt ?? 0,
    enteredAt: new Date(payload.entered_at ?? now),
    windowSeconds: payload.payment_window_seconds ?? 0,
  };
}
