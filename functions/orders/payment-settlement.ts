import { setTimeout as sleep } from 'node:timers/promises';
import type { CallContext } from '../clients/grpc-client.ts';
import type { PaymentClient } from '../clients/payment-client.ts';
import type { TaskTokens } from '../clients/task-tokens.ts';
import {
  CustomerActionRequiredError,
  InsufficientFundsError,
  InvalidPaymentMethodError,
  OrderNotFoundError,
  OrderNotPayableError,
  PaymentDeclinedError,
  PaymentMismatchError,
  RetryableError,
} from '../common/errors.ts';
import { isAtWork } from './executions.ts';
import type { Order } from './order.ts';
import type { OrderSaga } from './order-saga.ts';
import { type OrderTable, readOrder } from './order-table.ts';
import { updateOrder } from './order-writes.ts';
import { nextPaymentStep, type PaymentStep } from './payment-step.ts';
import { customerActionWait, paymentClaim, paymentClaimRelease, paymentUndoing } from './payment-writes.ts';

/** The clock of a settlement; a simulation brings its own. */
export interface SettlementClock {
  readonly now: () => Date;
  readonly pause: (ms: number) => Promise<void>;
}

const SYSTEM_CLOCK: SettlementClock = { now: () => new Date(), pause: (ms) => sleep(ms) };

/** The part of the Payment service's client that a settlement calls. */
export interface PaymentAuthorizer {
  readonly authorize: (
    ...asked: Parameters<PaymentClient['authorize']>
  ) => Promise<Pick<Awaited<ReturnType<PaymentClient['authorize']>>, 'providerReference'>>;
  readonly void: (...asked: Parameters<PaymentClient['void']>) => Promise<unknown>;
}

/** Dependencies of a settlement. */
export interface SettlementDependencies {
  readonly table: OrderTable;
  readonly payment: PaymentAuthorizer;
  readonly tokens: Pick<TaskTokens, 'reportPaid' | 'reportDeclined'>;
  /** Tells whether the saga that cannot be told of a payment is gone. */
  readonly saga: Pick<OrderSaga, 'find'>;
  /** Longest wait for the saga before the customer is asked to repeat the request. */
  readonly waitMs: number;
  /** Default: the system's clock. */
  readonly clock?: SettlementClock;
}

/** One payment of one order. */
export interface Settlement {
  readonly paymentId: string;
  /** True where the provider has said that the customer confirmed the payment. Default: not known. */
  readonly isConfirmed?: boolean;
  readonly traceparent: string;
}

const FIRST_PAUSE_MS = 50;
const MAX_PAUSE_MS = 250;

/**
 * Pays an order that waits for its payment; resolves once the money is taken.
 *
 *     claim the order ─▶ authorize the payment ─▶ complete the task AwaitPayment ─▶ wait until the saga has captured it
 *
 * The claim keeps cancellations and other payments away. Every step can be repeated: the same payment again continues a
 * settlement that broke off anywhere. The result comes from the order's record alone. Where the saga is gone and cannot be
 * told, the payment is undone: no card stays authorized for an order that nobody carries on.
 *
 * Where the provider asks for the customer, the order waits on. The provider's event, or the same payment again, settles it
 * (provider-event.ts).
 *
 * @param order as last read
 * @throws TerminalError where the payment is refused
 * @throws RetryableError where the outcome is open; the same payment again finds it out
 */
export async function settle(
  order: Order,
  settlement: Settlement,
  dependencies: SettlementDependencies,
): Promise<void> {
  const { table, waitMs, clock = SYSTEM_CLOCK } = dependencies;
  const { paymentId, isConfirmed = false } = settlement;
  const deadline = clock.now().getTime() + waitMs;
  let current = order;
  let completedToken: string | undefined;
  let pauseMs = FIRST_PAUSE_MS;
  for (;;) {
    const now = clock.now();
    const next = nextPaymentStep(current, paymentId, now, isConfirmed);
    if (next.step === 'DONE') {
      return;
    }
    if (next.step === 'REFUSE') {
      throw next.error;
    }
    if (next.step === 'CLAIM') {
      const claim = await updateOrder(table, paymentClaim(current, { paymentId, isConfirmed }, now));
      current = found(claim.order);
      continue;
    }
    // A saga that has retried its task waits under another token.
    if (next.step === 'AUTHORIZE' && next.taskToken !== completedToken) {
      const told = await authorizeAndReport(current, next, settlement, dependencies);
      completedToken = next.taskToken;
      if (!told && clock.now().getTime() < deadline) {
        await undoWhereSagaIsGone(current, settlement, dependencies);
      }
    }
    if (clock.now().getTime() >= deadline) {
      throw new RetryableError('PAYMENT_PENDING', 'the payment is not settled yet; send the same request again');
    }
    await clock.pause(pauseMs);
    pauseMs = Math.min(MAX_PAUSE_MS, pauseMs * 1.5);
    current = found(await readOrder(table, current.order_id));
  }
}

/** @returns false where no task waits under the token: it was completed before, or its execution is gone */
async function authorizeAndReport(
  order: Order,
  { taskToken, amountMinor, currency }: PaymentStep & { readonly step: 'AUTHORIZE' },
  { paymentId, traceparent }: Settlement,
  { table, payment, tokens, clock = SYSTEM_CLOCK }: SettlementDependencies,
): Promise<boolean> {
  const { order_id: orderId } = order;
  const context: CallContext = { orderId, traceparent };
  const amount = { minorUnits: amountMinor, currency };
  try {
    const { providerReference } = await payment.authorize(
      { orderId, paymentId, method: methodOf(order, paymentId), amount },
      context,
    );
    return await tokens.reportPaid(taskToken, {
      decision: 'PAID',
      payment_id: paymentId,
      provider_reference: providerReference,
    });
  } catch (error) {
    if (error instanceof CustomerActionRequiredError) {
      await updateOrder(table, customerActionWait(order, paymentId, error.actionUrl, clock.now()));
    } else if (isRefusedPayment(error)) {
      // The order ends with the payment that it was placed with. Any other may be followed by another try.
      await (isOwnPayment(order, paymentId) && !(error instanceof PaymentMismatchError)
        ? tokens.reportDeclined(taskToken)
        : updateOrder(table, paymentClaimRelease(orderId, paymentId, error.message, clock.now())));
    }
    throw error;
  }
}

/**
 * Undoes the payment of an order whose execution has ended or is lost, where the order has not moved since. The write comes
 * first: should the void fail, the reconciliation makes it.
 *
 * @param order as the saga was to be told
 * @throws OrderNotPayableError once the payment is undone
 */
async function undoWhereSagaIsGone(
  order: Order,
  { paymentId, traceparent }: Settlement,
  { table, payment, saga, clock = SYSTEM_CLOCK }: SettlementDependencies,
): Promise<void> {
  const orderId = order.order_id;
  const current = found(await readOrder(table, orderId));
  if (current.status !== 'AWAITING_PAYMENT' || current.task_token !== order.task_token) {
    return;
  }
  const { status } = await saga.find(current);
  if (isAtWork(status)) {
    return;
  }
  const undoing = await updateOrder(table, paymentUndoing(orderId, paymentId, clock.now()));
  if (!undoing.applied) {
    return;
  }
  await payment.void({ orderId, reason: 'PAYMENT_UNAVAILABLE' }, { orderId, traceparent });
  throw new OrderNotPayableError('the payment could not be completed and was undone; please place the order again');
}

/** The provider is simulated: a payment id that is one of its test tokens behaves like that token. */
function methodOf(order: Order, paymentId: string): string {
  if (isOwnPayment(order, paymentId)) {
    return order.payment_method;
  }
  return isProviderToken(paymentId) ? paymentId : 'tok_visa';
}

/** True where the payment is the one that the order was placed with: the saga has named it by the order's id. */
export function isOwnPayment(order: Order, paymentId: string): order is Order & { readonly payment_method: string } {
  return order.payment_method !== undefined && order.order_id === paymentId;
}

/** After these refusals the provider keeps nothing of the payment, and another payment may try. */
function isRefusedPayment(error: unknown): error is Error {
  return (
    error instanceof PaymentDeclinedError ||
    error instanceof InsufficientFundsError ||
    error instanceof InvalidPaymentMethodError ||
    error instanceof PaymentMismatchError
  );
}

function found(order: Order | undefined): Order {
  if (order === undefined) {
    throw new OrderNotFoundError();
  }
  return order;
}

/** True where a payment's id is also a test token of the provider, and therefore its payment method. */
export function isProviderToken(paymentId: string): boolean {
  return paymentId.startsWith('tok_');
}
