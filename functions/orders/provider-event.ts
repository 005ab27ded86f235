import { type Payment, PaymentState, ProviderOutcome } from '../../proto/gen/payment/v1/payment.ts';
import type { CallContext } from '../clients/grpc-client.ts';
import type { PaymentClient } from '../clients/payment-client.ts';
import {
  InsufficientFundsError,
  InvalidPaymentMethodError,
  OrderNotFoundError,
  OrderNotPayableError,
  PaymentAlreadyCapturedError,
  PaymentDeclinedError,
  PaymentInProgressError,
  PaymentVoidedError,
  PaymentWindowClosedError,
  RetryableError,
} from '../common/errors.ts';
import type { Order } from './order.ts';
import { readOrder } from './order-table.ts';
import { isOwnPayment, type SettlementDependencies, settle } from './payment-settlement.ts';

/** A report of the provider about a payment that waits for its customer. */
export interface ProviderEvent {
  /** Chosen by the provider; the same for each delivery of the event. */
  readonly id: string;
  readonly orderId: string;
  readonly paymentId: string;
  readonly outcome: ProviderOutcome;
}

/**
 * What became of the payment that an event is about:
 *
 * - PAID: the order is paid with it
 * - DECLINED: it was refused; the order ends, or waits for another payment
 * - WAITING: the provider still waits for the customer, whatever the event says
 * - VOIDED: the order takes it no more, and it was undone
 * - REFUNDED: its money was given back
 */
export const EVENT_RESULTS = ['PAID', 'DECLINED', 'WAITING', 'VOIDED', 'REFUNDED'] as const;

/** What became of the payment that an event is about; see {@link EVENT_RESULTS}. */
export type EventResult = (typeof EVENT_RESULTS)[number];

/** Dependencies of an event's settlement. */
export interface ProviderEventDependencies extends SettlementDependencies {
  readonly payment: Pick<PaymentClient, 'authorize' | 'void' | 'recordProviderEvent' | 'find'>;
}

/**
 * Takes a report of the provider, which the Payment service checks with the provider itself. A confirmed payment goes the
 * same way as one of `POST /payment/pay`. Where the order takes it no more, it is voided: no card stays authorized.
 *
 * The same event again ends the same way.
 *
 * @throws PaymentNotFoundError where the order has no payment
 * @throws PaymentMismatchError where the payment is not the one that the order has now
 * @throws ProviderEventMismatchError where the event's id was used for another outcome
 * @throws RetryableError where the outcome is open; the same event again finds it out
 */
export async function takeProviderEvent(
  { id, orderId, paymentId, outcome }: ProviderEvent,
  traceparent: string,
  dependencies: ProviderEventDependencies,
): Promise<EventResult> {
  const event = { eventId: id, orderId, paymentId, outcome };
  const payment = await dependencies.payment.recordProviderEvent(event, { orderId, traceparent });
  return settleDecision(payment, { orderId, traceparent }, dependencies);
}

/**
 * Asks the provider about the payment of an order that waits for its customer: the provider's event may be lost.
 *
 * @throws RetryableError where the outcome is open
 */
export async function askProvider(
  { order_id: orderId, traceparent }: Order,
  dependencies: ProviderEventDependencies,
): Promise<EventResult> {
  const context = { orderId, traceparent };
  const { paymentId, state } = await dependencies.payment.find({ orderId }, context);
  if (state === PaymentState.VOIDED) {
    return 'VOIDED';
  }
  const event = { id: `asked:${orderId}`, orderId, paymentId, outcome: ProviderOutcome.UNSPECIFIED };
  return takeProviderEvent(event, traceparent, dependencies);
}

async function settleDecision(
  { paymentId, state }: Payment,
  context: CallContext & { readonly orderId: string; readonly traceparent: string },
  dependencies: ProviderEventDependencies,
): Promise<EventResult> {
  switch (state) {
    case PaymentState.AUTHORIZED:
      return settleApproval(paymentId, context, dependencies);
    case PaymentState.DECLINED:
      return settleRefusal(paymentId, context, dependencies);
    case PaymentState.CAPTURED:
      return 'PAID';
    case PaymentState.REFUNDED:
      return 'REFUNDED';
    case PaymentState.VOIDED:
      return 'VOIDED';
    case PaymentState.PENDING:
    case PaymentState.ACTION_REQUIRED:
    case PaymentState.UNSPECIFIED:
    case PaymentState.UNRECOGNIZED:
      return 'WAITING';
  }
}

interface DecisionContext {
  readonly orderId: string;
  readonly traceparent: string;
}

async function settleApproval(
  paymentId: string,
  context: DecisionContext,
  dependencies: ProviderEventDependencies,
): Promise<EventResult> {
  const order = await readOrder(dependencies.table, context.orderId);
  if (order === undefined) {
    return undo(context, dependencies);
  }
  try {
    await settle(order, { paymentId, traceparent: context.traceparent, isConfirmed: true }, dependencies);
    return 'PAID';
  } catch (error) {
    if (error instanceof PaymentInProgressError) {
      throw new RetryableError('PAYMENT_PENDING', 'another payment of the order is under way; send the event again', {
        cause: error,
      });
    }
    if (isTooLate(error)) {
      return undo(context, dependencies);
    }
    throw error;
  }
}

/** The order is over or being cancelled, its window is closed, or nobody carries it on. */
function isTooLate(error: unknown): boolean {
  return (
    error instanceof OrderNotPayableError ||
    error instanceof PaymentWindowClosedError ||
    error instanceof OrderNotFoundError ||
    error instanceof PaymentVoidedError
  );
}

async function undo(context: DecisionContext, { payment }: ProviderEventDependencies): Promise<EventResult> {
  try {
    await payment.void({ orderId: context.orderId, reason: 'ORDER_NOT_PAYABLE' }, context);
    return 'VOIDED';
  } catch (error) {
    if (error instanceof PaymentAlreadyCapturedError) {
      return 'PAID';
    }
    throw error;
  }
}

async function settleRefusal(
  paymentId: string,
  { orderId, traceparent }: DecisionContext,
  dependencies: ProviderEventDependencies,
): Promise<EventResult> {
  const order = await readOrder(dependencies.table, orderId);
  if (order === undefined || !mayWaitForCustomer(order, paymentId)) {
    return 'DECLINED';
  }
  try {
    await settle(order, { paymentId, traceparent }, dependencies);
    return 'PAID';
  } catch (error) {
    if (isRefusal(error) || error instanceof PaymentInProgressError || isTooLate(error)) {
      return 'DECLINED';
    }
    throw error;
  }
}

/** An event may arrive before the saga has recorded that the order waits. */
function mayWaitForCustomer(order: Order, paymentId: string): boolean {
  switch (order.status) {
    case 'PENDING':
    case 'RESERVED':
      return isOwnPayment(order, paymentId);
    case 'AWAITING_PAYMENT':
      return order.payment_action_url !== undefined;
    case 'AUTHORIZED':
    case 'PAID':
    case 'CONFIRMED':
    case 'REJECTED':
    case 'CANCELLED':
    case 'EXPIRED':
    case 'NEEDS_ATTENTION':
      return false;
  }
}

function isRefusal(error: unknown): boolean {
  return (
    error instanceof PaymentDeclinedError ||
    error instanceof InsufficientFundsError ||
    error instanceof InvalidPaymentMethodError
  );
}
