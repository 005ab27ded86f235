import type { TaskTokens } from '../../functions/clients/task-tokens.ts';
import { OrderNotFoundError, RetryableError } from '../../functions/common/errors.ts';
import type { Order } from '../../functions/orders/order.ts';
import { type OrderTable, readOrder } from '../../functions/orders/order-table.ts';
import { claimForPayment, giveUpClaim } from '../../functions/orders/payment-claim.ts';
import { nextPaymentMove, type PaymentMove } from '../../functions/orders/payment-move.ts';
import { isProviderToken } from '../../functions/orders/payment-settlement.ts';
import type { ModelPayment } from './model-payment.ts';
import type { Reach } from './reach.ts';
import { Refusal } from './refusal.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** What a settlement works with. */
export interface SettlementSurroundings {
  readonly table: OrderTable;
  readonly tokens: TaskTokens;
  readonly payment: ModelPayment;
  readonly reach: Reach;
  readonly clock: VirtualClock;
}

const PATIENCE_MS = 8_000;
const PAUSE_SECONDS = 1;

/** After these, nothing of this payment is left at the provider, and another payment may try. */
const REFUSED: ReadonlySet<string> = new Set([
  'PaymentDeclinedError',
  'InsufficientFundsError',
  'InvalidPaymentMethodError',
  'PaymentMismatchError',
]);

/**
 * The loop of functions/orders/payment-settlement.ts in virtual time: its decisions and its writes are the functions' own.
 *
 * @throws as `settle` does, with Refusal for what the payment service refuses
 */
export async function settleSimulated(order: Order, paymentId: string, around: SettlementSurroundings): Promise<void> {
  const { table, clock } = around;
  const patienceEnds = clock.now + PATIENCE_MS;
  let current = order;
  let toldToken: string | undefined;
  for (;;) {
    const next = nextPaymentMove(current, paymentId, clock.date);
    if (next.move === 'DONE') return;
    if (next.move === 'REFUSE') throw next.error;
    if (next.move === 'CLAIM') {
      current = found((await claimForPayment(table, current.order_id, paymentId, clock.date)).order);
      continue;
    }
    if (next.move === 'AUTHORIZE' && next.taskToken !== toldToken) {
      await authorizeAndTell(current.order_id, paymentId, next, around);
      toldToken = next.taskToken;
    }
    if (clock.now >= patienceEnds) throw new RetryableError('PAYMENT_PENDING', 'not settled yet');
    await clock.pause(PAUSE_SECONDS);
    current = found(await readOrder(table, current.order_id));
  }
}

async function authorizeAndTell(
  orderId: string,
  paymentId: string,
  { taskToken, amountMinor }: PaymentMove & { readonly move: 'AUTHORIZE' },
  { table, tokens, payment, reach, clock }: SettlementSurroundings,
): Promise<void> {
  const method = isProviderToken(paymentId) ? paymentId : 'tok_visa';
  try {
    const paid = await reach('payment', () => payment.authorize(orderId, paymentId, method, amountMinor));
    await tokens.tellPaid(taskToken, { decision: 'PAID', ...paid });
  } catch (error) {
    if (error instanceof Refusal && REFUSED.has(error.name)) {
      await giveUpClaim(table, orderId, paymentId, error.message, clock.date);
    }
    throw error;
  }
}

function found(order: Order | undefined): Order {
  if (order === undefined) throw new OrderNotFoundError();
  return order;
}
