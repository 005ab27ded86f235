import type { Log } from '../../common/logger.ts';
import { amountText } from '../../common/money.ts';
import type { OrderTable } from '../order-table.ts';
import type { Refund, RefundStatus } from './refund.ts';
import { refundLedger } from './refund-ledger.ts';
import { changeLedger, type LedgerChange } from './refund-writes.ts';

/** What has become of a refund. */
export type RefundOutcome =
  | { readonly status: 'SUCCEEDED'; readonly stockReturned: boolean }
  /** `code`: a constant of the API's errors. */
  | { readonly status: 'DECLINED'; readonly stockReturned: boolean; readonly code: string }
  | {
      readonly status: 'NEEDS_ATTENTION';
      readonly step: string;
      readonly error: string;
      /** A sentence for operators. */
      readonly reason: string;
    };

/**
 * Records the outcome of a refund in the order's record. A refund that has ended keeps its first outcome.
 *
 * @returns the refund's status from now on; undefined where the order, or the refund, is gone
 * @throws RetryableError where DynamoDB does not reply
 */
export async function recordRefundOutcome(
  table: OrderTable,
  { orderId, refundId }: { readonly orderId: string; readonly refundId: string },
  outcome: RefundOutcome,
  log: Log,
  now: Date,
): Promise<RefundStatus | undefined> {
  const { order, changed } = await changeLedger(table, orderId, (current) => {
    const refund = refundLedger(current)[refundId];
    return refund === undefined || hasEnded(refund)
      ? undefined
      : { refundId, ...outcomeChange(refund, current.currency, outcome, now) };
  });
  const status = order === undefined ? undefined : refundLedger(order)[refundId]?.status;
  if (status === undefined) {
    log.error('the record of the order does not have the refund', { refund_id: refundId, outcome: outcome.status });
  } else if (!changed && status !== outcome.status) {
    log.warn('the refund had ended otherwise', { refund_id: refundId, status, outcome: outcome.status });
  }
  return status;
}

function hasEnded({ status }: Refund): boolean {
  return status === 'SUCCEEDED' || status === 'DECLINED';
}

function outcomeChange(
  refund: Refund,
  currency: string | undefined,
  outcome: RefundOutcome,
  now: Date,
): Pick<LedgerChange, 'refund' | 'entry'> {
  const at = now.toISOString();
  const why = amountText(refund.amount_minor, currency);
  const { parked_step: _step, parked_error: _error, parked_reason: _reason, ...carriedOn } = refund;
  switch (outcome.status) {
    case 'SUCCEEDED':
      return {
        refund: { ...carriedOn, status: 'SUCCEEDED', ended_at: at, stock_returned: outcome.stockReturned },
        entry: { at, what: refund.amount_minor === 0 ? 'goods returned' : 'refunded', why },
      };
    case 'DECLINED':
      return {
        refund: {
          ...carriedOn,
          status: 'DECLINED',
          code: outcome.code,
          ended_at: at,
          stock_returned: outcome.stockReturned,
        },
        entry: { at, what: 'refund declined', why },
      };
    case 'NEEDS_ATTENTION':
      return {
        refund: {
          ...refund,
          status: 'NEEDS_ATTENTION',
          parked_step: outcome.step,
          parked_error: outcome.error,
          parked_reason: outcome.reason,
        },
        entry: { at, what: 'refund delayed', why },
      };
  }
}
