import { setTimeout as sleep } from 'node:timers/promises';
import type { CallContext } from '../clients/grpc-client.ts';
import type { PaymentClient } from '../clients/payment-client.ts';
import type { TaskTokens } from '../clients/task-tokens.ts';
import {
  InsufficientFundsError,
  InvalidPaymentMethodError,
  OrderNotFoundError,
  PaymentDeclinedError,
  PaymentMismatchError,
  RetryableError,
} from '../common/errors.ts';
import type { Order } from './order.ts';
import { type OrderTable, readOrder } from './order-table.ts';
import { claimForPayment, giveUpClaim } from './payment-claim.ts';
import { nextPaymentMove, type PaymentMove } from './payment-move.ts';

/** Time as a settlement knows it; a simulation has its own. */
export interface SettlementClock {
  readonly now: () => Date;
  readonly pause: (ms: number) => Promise<void>;
}

const REAL_TIME: SettlementClock = { now: () => new Date(), pause: (ms) => sleep(ms) };

/** What a settlement needs of Payment. */
export interface PaymentAuthorizer {
  readonly authorize: (
    ...asked: Parameters<PaymentClient['authorize']>
  ) => Promise<Pick<Awaited<ReturnType<PaymentClient['authorize']>>, 'providerReference'>>;
}

/** What a settlement works with. */
export interface SettlementDependencies {
  readonly table: OrderTable;
  readonly payment: PaymentAuthorizer;
  readonly tokens: Pick<TaskTokens, 'tellPaid'>;
  /** How long the saga may take before the customer is asked to come again. */
  readonly patienceMs: number;
  /** Default: the real time. */
  readonly clock?: SettlementClock;
}

/** One payment of one order. */
export interface Settlement {
  readonly paymentId: string;
  readonly traceparent: string;
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 250;

/**
 * Pays an order that was placed without a payment method; resolves once its money is taken.
 *
 * The order is claimed, so that no cancellation and no other payment gets in between; the payment is authorized; the
 * waiting saga is told, which captures it. Every step can be repeated, so a settlement that broke off anywhere goes on
 * when the same payment comes again, and only what the order's record says is answered.
 *
 * @param order as last read
 * @throws the refusal (TerminalError) or RetryableError: the same payment again finds out what became of it
 */
export async function settle(
  order: Order,
  settlement: Settlement,
  dependencies: SettlementDependencies,
): Promise<void> {
  const { table, patienceMs, clock = REAL_TIME } = dependencies;
  const { paymentId } = settlement;
  const patienceEnds = clock.now().getTime() + patienceMs;
  let current = order;
  let toldToken: string | undefined;
  let pauseMs = FIRST_PAUSE_MS;
  for (;;) {
    const now = clock.now();
    const next = nextPaymentMove(current, paymentId, now);
    if (next.move === 'DONE') {
      return;
    }
    if (next.move === 'REFUSE') {
      throw next.error;
    }
    if (next.move === 'CLAIM') {
      const claim = await claimForPayment(table, current.order_id, paymentId, now);
      current = found(claim.order);
      continue;
    }
    // A saga that tried its task again waits under another token.
    if (next.move === 'AUTHORIZE' && next.taskToken !== toldToken) {
      await authorizeAndTell(current.order_id, next, settlement, dependencies);
      toldToken = next.taskToken;
    }
    if (clock.now().getTime() >= patienceEnds) {
      throw new RetryableError('PAYMENT_PENDING', 'the payment is not settled yet; send the same request again');
    }
    await clock.pause(pauseMs);
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 1.5);
    current = found(await readOrder(table, current.order_id));
  }
}

async function authorizeAndTell(
  orderId: string,
  { taskToken, amountMinor, currency }: PaymentMove & { readonly move: 'AUTHORIZE' },
  { paymentId, traceparent }: Settlement,
  { table, payment, tokens, clock = REAL_TIME }: SettlementDependencies,
): Promise<void> {
  const context: CallContext = { orderId, traceparent };
  const amount = { minorUnits: amountMinor, currency };
  try {
    const { providerReference } = await payment.authorize(
      { orderId, paymentId, method: methodOf(paymentId), amount },
      context,
    );
    await tokens.tellPaid(taskToken, {
      decision: 'PAID',
      payment_id: paymentId,
      provider_reference: providerReference,
    });
  } catch (error) {
    if (isRefusedPayment(error)) {
      await giveUpClaim(table, orderId, paymentId, error.message, clock.now());
    }
    throw error;
  }
}

/** The provider is a simulation: a payment id that is one of its test tokens behaves as that token says. */
function methodOf(paymentId: string): string {
  return isProviderToken(paymentId) ? paymentId : 'tok_visa';
}

/** After these, nothing of this payment is left at the provider, and another payment may try. */
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

/** Whether a payment's id is a token of the provider too, and so says what the payment is made with. */
export function isProviderToken(paymentId: string): boolean {
  return paymentId.startsWith('tok_');
}
