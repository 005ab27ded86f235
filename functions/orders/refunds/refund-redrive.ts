import { RetryableError } from '../../common/errors.ts';
import type { Log } from '../../common/logger.ts';
import { amountText } from '../../common/money.ts';
import { isAtWork } from '../executions.ts';
import type { Order } from '../order.ts';
import { whySameCause } from '../redrive.ts';
import { REFUND_DUE_MS, type RefundDependencies } from './refund-acceptance.ts';
import { refundLedger, refundsOfStatus } from './refund-ledger.ts';
import { startFurtherRefundRun } from './refund-recovery.ts';
import { changeLedger } from './refund-writes.ts';

/**
 * Carries the parked refunds of an order on: their executions are redriven, or further ones started. What cannot be started
 * at the moment is started by the reconciliation, because the refunds are noted as requested first.
 *
 * @param by the operator; undefined where the API runs without authentication
 * @returns why nothing was carried on, as a sentence for operators; undefined where something was
 * @throws RetryableError where DynamoDB does not reply
 */
export async function redriveRefunds(
  order: Order,
  dependencies: RefundDependencies,
  by: string | undefined,
  log: Log,
  now: Date,
): Promise<string | undefined> {
  const refusals: string[] = [];
  for (const [refundId, refund] of refundsOfStatus(refundLedger(order), 'NEEDS_ATTENTION')) {
    const why =
      whySameCause(refund.redriven, refund.parked_error, now) ??
      (await redriveRefund(order.order_id, refundId, dependencies, by, log, now));
    if (why !== undefined) {
      refusals.push(`refund ${refundId}: ${why}`);
    }
  }
  const parked = refundsOfStatus(refundLedger(order), 'NEEDS_ATTENTION').length;
  return refusals.length < parked ? undefined : (refusals[0] ?? 'no refund of it is parked');
}

async function redriveRefund(
  orderId: string,
  refundId: string,
  dependencies: RefundDependencies,
  by: string | undefined,
  log: Log,
  now: Date,
): Promise<string | undefined> {
  const at = now.toISOString();
  const claim = await changeLedger(dependencies.table, orderId, (current) => {
    const parked = refundLedger(current)[refundId];
    if (parked?.status !== 'NEEDS_ATTENTION') {
      return undefined;
    }
    const { parked_step: _step, parked_error: error, parked_reason: _reason, ...refund } = parked;
    return {
      refundId,
      refund: { ...refund, status: 'REQUESTED', tries: 0, redriven: { at, by, error } },
      entry: { at, what: 'refund taken up again', why: amountText(parked.amount_minor, current.currency) },
      dueAt: new Date(now.getTime() + REFUND_DUE_MS),
    };
  });
  const refund = claim.order === undefined ? undefined : refundLedger(claim.order)[refundId];
  if (!claim.changed || claim.order === undefined || refund === undefined) {
    return 'it has moved meanwhile';
  }
  const noted = { order: claim.order, refundId, refund };
  try {
    if (!(await dependencies.refunds.redrive(noted))) {
      const { status } = await dependencies.refunds.find(noted);
      if (!isAtWork(status)) {
        await startFurtherRefundRun(noted, { tries: 0 }, dependencies, log, now);
      }
    }
  } catch (error) {
    if (!(error instanceof RetryableError)) {
      throw error;
    }
    log.warn('the refund is noted; the reconciliation takes it up', { refund_id: refundId, error });
  }
  return undefined;
}
