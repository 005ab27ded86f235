import { type Refund as PaymentRefund, RefundState } from '../../../proto/gen/payment/v1/payment.ts';
import type { Log } from '../../common/logger.ts';
import { amountText } from '../../common/money.ts';
import type { Order } from '../order.ts';
import type { OrderTable } from '../order-table.ts';
import { refundLedger } from './refund-ledger.ts';
import { recordRefundOutcome } from './refund-outcome.ts';
import { changeLedger, type LedgerChange } from './refund-writes.ts';

/**
 * Brings the refunds that Payment made into the order's record: those of the order whose saga could not, and those that were
 * made at the Payment service itself. The latter get the id `payment-…`.
 *
 * @returns how many refunds of the record were changed or added
 * @throws RetryableError where DynamoDB does not reply
 */
export async function recordPaymentRefunds(
  table: OrderTable,
  order: Order,
  made: readonly PaymentRefund[],
  log: Log,
  now: Date,
): Promise<number> {
  let recorded = 0;
  for (const refund of made) {
    // A pending refund comes back once the provider has answered.
    if (refund.state === RefundState.SUCCEEDED || refund.state === RefundState.DECLINED) {
      recorded += (await recordOne(table, order, refund, log, now)) ? 1 : 0;
    }
  }
  return recorded;
}

async function recordOne(table: OrderTable, order: Order, made: PaymentRefund, log: Log, now: Date): Promise<boolean> {
  const { order_id: orderId } = order;
  const known = refundLedger(order)[made.refundId];
  if (known !== undefined) {
    if (known.status !== 'REQUESTED' && known.status !== 'NEEDS_ATTENTION') {
      return false;
    }
    // The stock comes back before the payment is asked.
    const stockReturned = known.restock;
    const outcome =
      made.state === RefundState.SUCCEEDED
        ? ({ status: 'SUCCEEDED', stockReturned } as const)
        : ({ status: 'DECLINED', stockReturned, code: 'REFUND_DECLINED' } as const);
    await recordRefundOutcome(table, { orderId, refundId: made.refundId }, outcome, log, now);
    return true;
  }
  // What was declined has moved no money, and nobody asked for it here.
  if (made.state !== RefundState.SUCCEEDED || made.amount === undefined) {
    return false;
  }
  const { changed } = await changeLedger(table, orderId, (current) => foreignRefund(current, made, now));
  if (changed) {
    log.warn('a refund that was made at the payment service is recorded', { refund_id: made.refundId });
  }
  return changed;
}

/** A refund that was made at the Payment service, as the order's record has it from now on. */
function foreignRefund(order: Order, made: PaymentRefund, now: Date): LedgerChange | undefined {
  const refundId = `payment-${made.refundId}`;
  if (refundLedger(order)[refundId] !== undefined || made.amount === undefined) {
    return undefined;
  }
  const at = now.toISOString();
  return {
    refundId,
    refund: {
      amount_minor: made.amount.minorUnits,
      restock: false,
      reason: made.reason === '' ? 'made at the payment service' : made.reason,
      status: 'SUCCEEDED',
      requested_at: made.createdAt?.toISOString() ?? at,
      ended_at: made.updatedAt?.toISOString() ?? at,
    },
    entry: { at, what: 'refunded', why: amountText(made.amount.minorUnits, order.currency) },
  };
}
