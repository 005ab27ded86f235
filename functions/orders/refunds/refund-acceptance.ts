import { OrderNotFoundError } from '../../common/errors.ts';
import type { Log } from '../../common/logger.ts';
import { amountText } from '../../common/money.ts';
import type { OrderTable } from '../order-table.ts';
import type { Refund } from './refund.ts';
import { refundLedger } from './refund-ledger.ts';
import { type RefundRequest, requestedRefund } from './refund-request.ts';
import type { OrderRefund, RefundSaga } from './refund-saga.ts';
import { changeLedger } from './refund-writes.ts';

/** Dependencies of the acceptance of refunds. */
export interface RefundDependencies {
  readonly table: OrderTable;
  readonly refunds: RefundSaga;
}

/** When the reconciliation looks whether a refund was started, and how far it is. */
export const REFUND_DUE_MS = 60_000;

/**
 * Accepts a refund: notes it on the order, then starts its saga. A noted refund whose saga cannot be started is started by the
 * reconciliation. A repeated request answers the same refund.
 *
 * @throws OrderNotFoundError; and what {@link requestedRefund} throws
 * @throws RetryableError where DynamoDB does not reply; the same request under the same idempotency key goes on
 */
export async function acceptRefund(
  orderId: string,
  request: RefundRequest,
  { table, refunds }: RefundDependencies,
  log: Log,
  now: Date,
): Promise<OrderRefund> {
  const { refundId } = request;
  const { order } = await changeLedger(table, orderId, (current) => {
    const refund = requestedRefund(current, request, now);
    return refund === undefined
      ? undefined
      : {
          refundId,
          refund,
          entry: {
            at: refund.requested_at,
            what: whatIsRequested(refund),
            why: amountText(refund.amount_minor, current.currency),
          },
          dueAt: new Date(now.getTime() + REFUND_DUE_MS),
        };
  });
  const refund = order === undefined ? undefined : refundLedger(order)[refundId];
  if (order === undefined || refund === undefined) {
    throw new OrderNotFoundError();
  }
  const accepted: OrderRefund = { order, refundId, refund };
  if (refund.status === 'REQUESTED') {
    const start = await refunds.start(accepted);
    if (start.outcome === 'REFUSED' || start.outcome === 'UNKNOWN') {
      log.warn('the refund is noted; the reconciliation starts it', { refund_id: refundId, cause: start.cause });
    }
  }
  return accepted;
}

function whatIsRequested({ amount_minor }: Refund): string {
  return amount_minor === 0 ? 'return of goods noted' : 'refund requested';
}
