import type { Json, TaskTarget } from 'resilient-stepfunctions/core';
import type { Log } from '../../functions/common/logger.ts';
import type { Outcome } from '../../functions/orders/order.ts';
import { type OrderTable, readOrder } from '../../functions/orders/order-table.ts';
import { updateOrder } from '../../functions/orders/order-writes.ts';
import { beginPaymentWait } from '../../functions/orders/payment-wait.ts';
import { type PaymentWait, paymentReversal } from '../../functions/orders/payment-writes.ts';
import { type RefundOutcome, recordRefundOutcome } from '../../functions/orders/refunds/refund-outcome.ts';
import { type ResumedAfter, resumedSaga } from '../../functions/orders/resume-point.ts';
import type { LineSnapshot } from '../invariants/snapshot.ts';
import { DYNAMODB_ERRORS, LAMBDA_ERRORS } from './fault.ts';
import type { ModelInventory } from './model-inventory.ts';
import type { ModelOrders, UpdateRequest } from './model-orders.ts';
import type { ModelPayment } from './model-payment.ts';
import { atomically, Refusal, type SimulatedCall } from './simulated-call.ts';

/** All payload fields that the saga's functions read. */
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
  readonly action_url?: string | null;
  readonly parked_step?: string;
  readonly parked_at_redrive_count?: number;
  readonly redrive_count?: number;
  readonly after?: ResumedAfter;
  readonly outcome?: Outcome | RefundTaskOutcome | null;
  readonly reason?: string;
  readonly refund_id?: string;
  readonly task_attempt?: { readonly execution: string };
}

/** The outcome that a state of the refund saga has recorded. */
interface RefundTaskOutcome {
  readonly status: RefundOutcome['status'];
  readonly stock_returned?: boolean;
  readonly code?: string;
  readonly step?: string;
  readonly error?: string;
  readonly reason?: string;
}

/** Dependencies of the saga's functions. */
export interface FunctionServices {
  readonly inventory: ModelInventory;
  readonly payment: ModelPayment;
  readonly orderTable: OrderTable;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Does the work of one function of functions/saga, step by step.
 *
 * @param name the placeholder of its ARN in the state machine, such as `ReserveInventory`.
 * @throws {Refusal} a terminal error of the function
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
      return yield* voidOrRefund(order_id, services);
    case 'ReleaseInventory':
      releaseOrReturn(order_id, payload.reason ?? '', inventory);
      return {};
    case 'AwaitPayment':
      await beginPaymentWait(orderTable, paymentWait(payload, now()));
      return {};
    case 'AwaitRedrive':
      if ((payload.redrive_count ?? 0) > (payload.parked_at_redrive_count ?? 0)) {
        return {};
      }
      throw new Refusal('NeedsAttentionError', `${payload.parked_step} needs attention`);
    case 'ResumeOrder': {
      const failure = (payload.outcome ?? undefined) as Outcome | undefined;
      const request = { after: payload.after ?? 'IsResumed', failure, execution: payload.task_attempt?.execution };
      return resumedSaga(order_id, await readOrder(orderTable, order_id), request, new Date(now()));
    }
    case 'ReturnInventory':
      inventory.return(order_id, payload.refund_id);
      return {};
    case 'RefundPayment':
      return yield* payment.refund(order_id, payload.refund_id);
    case 'RecordRefund': {
      const named = { orderId: order_id, refundId: payload.refund_id ?? '' };
      const outcome = recordedOutcome(payload.outcome as RefundTaskOutcome);
      return { status: await recordRefundOutcome(orderTable, named, outcome, SILENT, new Date(now())) };
    }
    default:
      throw new Error(`the simulation has no function ${name}`);
  }
}

const SILENT: Log = { info: () => {}, warn: () => {}, error: () => {}, add: () => {}, with: () => SILENT };

function recordedOutcome(outcome: RefundTaskOutcome): RefundOutcome {
  const { stock_returned: stockReturned = false, code = '', step = '', error = '', reason = '' } = outcome;
  switch (outcome.status) {
    case 'SUCCEEDED':
      return { status: 'SUCCEEDED', stockReturned };
    case 'DECLINED':
      return { status: 'DECLINED', stockReturned, code };
    case 'NEEDS_ATTENTION':
      return { status: 'NEEDS_ATTENTION', step, error, reason };
  }
}

function releaseOrReturn(orderId: string, reason: string, inventory: ModelInventory): void {
  try {
    inventory.release(orderId);
  } catch (error) {
    const isSold = error instanceof Refusal && error.name === 'ReservationCommittedError';
    if (!isSold || (reason !== 'ABANDONED' && reason !== 'PAYMENT_REFUNDED')) {
      throw error;
    }
    inventory.return(orderId);
  }
}

async function* voidOrRefund(orderId: string, { payment, orderTable, now }: FunctionServices) {
  try {
    return yield* payment.void(orderId);
  } catch (error) {
    if (!(error instanceof Refusal && error.name === 'PaymentAlreadyCapturedError')) {
      throw error;
    }
  }
  yield;
  const reversal = await updateOrder(orderTable, paymentReversal(orderId, new Date(now())));
  if (!reversal.applied && reversal.order !== undefined) {
    throw new Refusal('PaymentKeptError', `the order is ${reversal.order.status}`);
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
    actionUrl: payload.action_url ?? undefined,
  };
}

/** Maps a task of the saga to its destination, its effect there, and the errors its call may get. */
export type TaskHandler = (
  target: TaskTarget,
  input: Json,
) => Pick<SimulatedCall<Json>, 'destination' | 'effect' | 'errors'>;

/** Handles both kinds of tasks of the order saga: writes to the orders table, and function calls. */
export function sagaTasks(orders: ModelOrders, services: FunctionServices): TaskHandler {
  return (target, input) => {
    if (target.kind === 'INTEGRATION' && target.service === 'dynamodb') {
      const write = (): Json => {
        orders.update(input as unknown as UpdateRequest);
        return {};
      };
      return { destination: 'orders', errors: DYNAMODB_ERRORS, effect: () => atomically(write) };
    }
    const { FunctionName, Payload } = input as unknown as { FunctionName: string; Payload: SagaPayload };
    return {
      destination: FunctionName,
      errors: LAMBDA_ERRORS,
      effect: () => invokeFunction(FunctionName, Payload, services),
    };
  };
}

async function* invokeFunction(name: string, payload: SagaPayload, services: FunctionServices) {
  return { StatusCode: 200, Payload: (yield* runSagaFunction(name, payload, services)) as Json };
}
