import { type Payment, PaymentState } from '../../proto/gen/payment/v1/payment.ts';
import type { PaymentClient } from '../clients/payment-client.ts';
import type { Log } from '../common/logger.ts';
import type { Order } from './order.ts';
import { type OrderTable, readOrder } from './order-table.ts';
import { recordPaymentRefunds } from './refunds/payment-refunds.ts';

/** Dependencies of the reconciliation of payments. */
export interface PaymentReconciliationDependencies {
  readonly table: OrderTable;
  readonly payment: Pick<PaymentClient, 'void' | 'acknowledgePayment'>;
}

/**
 * What became of a payment that was compared with its order:
 *
 * - voided: no order waits for it
 * - recorded: refunds of it are in the order's record now
 * - agreed: payment and order fit together
 */
export type PaymentReconciliation = 'voided' | 'recorded' | 'agreed';

/**
 * Compares a payment with its order. No card stays authorized that no order waits for, and the order's record has every
 * refund of the payment.
 *
 * @throws RetryableError where DynamoDB or the Payment service does not reply
 */
export async function reconcilePayment(
  payment: Payment,
  dependencies: PaymentReconciliationDependencies,
  log: Log,
  now: Date,
): Promise<PaymentReconciliation> {
  const { orderId } = payment;
  const order = await readOrder(dependencies.table, orderId);
  const done = isOpen(payment)
    ? await reconcileOpenPayment(payment, order, dependencies, log)
    : await reconcileRefunds(payment, order, dependencies, log, now);
  if (done !== 'voided' && payment.updatedAt !== undefined) {
    await dependencies.payment.acknowledgePayment({ orderId, seenUpdatedAt: payment.updatedAt }, { orderId });
  }
  return done;
}

/** True where the payment may still hold or take money: an acknowledged one is listed again later. */
export function isOpen({ state }: Payment): boolean {
  return state === PaymentState.PENDING || state === PaymentState.ACTION_REQUIRED || state === PaymentState.AUTHORIZED;
}

async function reconcileOpenPayment(
  { orderId }: Payment,
  order: Order | undefined,
  { payment }: PaymentReconciliationDependencies,
  log: Log,
): Promise<PaymentReconciliation> {
  if (order === undefined || endsWithoutMoney(order)) {
    await payment.void({ orderId, reason: 'NO_ORDER_WAITS' }, { orderId, traceparent: order?.traceparent });
    log.warn('a payment was voided: no order waits for it', { order_status: order?.status ?? 'missing' });
    return 'voided';
  }
  if (order.status === 'CONFIRMED') {
    log.error('a confirmed order has a payment that is not captured', { payment_id: order.payment_id });
    return 'agreed';
  }
  // An open order has a time by which its saga must have moved it: the reconciliation of orders looks at it.
  return 'agreed';
}

/** True for an order that is over without being paid, or is parked on the way to such an end. */
function endsWithoutMoney({ status, parked_outcome, abandon_requested_at }: Order): boolean {
  switch (status) {
    case 'REJECTED':
    case 'CANCELLED':
    case 'EXPIRED':
      return true;
    case 'NEEDS_ATTENTION':
      return (
        abandon_requested_at !== undefined || (parked_outcome !== undefined && parked_outcome.status !== 'CONFIRMED')
      );
    case 'PENDING':
    case 'RESERVED':
    case 'AWAITING_PAYMENT':
    case 'AUTHORIZED':
    case 'PAID':
    case 'CONFIRMED':
      return false;
  }
}

async function reconcileRefunds(
  payment: Payment,
  order: Order | undefined,
  { table }: PaymentReconciliationDependencies,
  log: Log,
  now: Date,
): Promise<PaymentReconciliation> {
  if (order === undefined) {
    return 'agreed';
  }
  const recorded = await recordPaymentRefunds(table, order, payment.refunds, log, now);
  return recorded > 0 ? 'recorded' : 'agreed';
}
