import type { Log } from '../../common/logger.ts';
import { isAtWork } from '../executions.ts';
import type { Order } from '../order.ts';
import { changeSagaRun, sagaPostponement } from '../reconciliation-writes.ts';
import type { Refund } from './refund.ts';
import { REFUND_DUE_MS, type RefundDependencies } from './refund-acceptance.ts';
import { refundLedger, refundsOfStatus } from './refund-ledger.ts';
import { recordRefundOutcome } from './refund-outcome.ts';
import type { OrderRefund } from './refund-saga.ts';
import { changeLedger, type LedgerChange, settleLedger } from './refund-writes.ts';

/** What became of the open refunds of an order: as `Recovery` of orders; of several, the first in this sequence. */
const RECOVERIES = ['left', 'parked', 'restarted', 'under_way'] as const;
type RefundRecovery = (typeof RECOVERIES)[number];

/** Executions that may fail to end a refund before it is parked. */
const MAX_REFUND_RUNS = 3;

/**
 * Carries on the open refunds of an order that is past the time by which they had to end. Refunds whose execution was never
 * started, is lost, or has ended without a word get a further one; all of its steps can be repeated. After three of those a
 * refund is parked.
 *
 * @param nextLook when to look again at refunds whose execution runs
 * @throws RetryableError where DynamoDB or Step Functions does not reply
 */
export async function recoverRefunds(
  order: Order,
  dependencies: RefundDependencies,
  log: Log,
  now: Date,
  nextLook: Date,
): Promise<RefundRecovery> {
  const open = refundsOfStatus(refundLedger(order), 'REQUESTED');
  if (open.length === 0) {
    await settleLedger(dependencies.table, order);
    return 'under_way';
  }
  const recoveries = new Set<RefundRecovery>();
  for (const [refundId, refund] of open) {
    recoveries.add(await recoverRefund({ order, refundId, refund }, dependencies, log, now));
  }
  // The write that counts a further run sets when to look again, also where the start failed. The one that parks sets it
  // too, or removes it.
  if (recoveries.size === 1 && recoveries.has('under_way')) {
    await changeSagaRun(dependencies.table, sagaPostponement(order, nextLook));
  }
  return RECOVERIES.find((recovery) => recoveries.has(recovery)) ?? 'under_way';
}

async function recoverRefund(
  seen: OrderRefund,
  dependencies: RefundDependencies,
  log: Log,
  now: Date,
): Promise<RefundRecovery> {
  const { order, refundId, refund } = seen;
  const { status, error } = await dependencies.refunds.find(seen);
  if (isAtWork(status)) {
    return 'under_way';
  }
  if ((refund.tries ?? 0) >= MAX_REFUND_RUNS) {
    const cause = error === undefined ? `its execution is ${status}` : `its execution failed with ${error}`;
    const parked = { status: 'NEEDS_ATTENTION', step: firstStep(refund), error: error ?? status } as const;
    const reason = `the refund could not be carried on: ${cause}`;
    const noted = await recordRefundOutcome(
      dependencies.table,
      { orderId: order.order_id, refundId },
      { ...parked, reason },
      log,
      now,
    );
    if (noted !== 'NEEDS_ATTENTION') {
      return 'under_way';
    }
    log.error('refund needs attention', { refund_id: refundId, step: parked.step, error: parked.error, cause });
    return 'parked';
  }
  return startFurtherRefundRun(seen, { tries: (refund.tries ?? 0) + 1 }, dependencies, log, now);
}

/**
 * Starts a further execution of a refund that is under way. The write comes first: a start that fails is made by a later round.
 *
 * @throws RetryableError where DynamoDB does not reply
 */
export async function startFurtherRefundRun(
  { order, refundId, refund: seen }: OrderRefund,
  change: Pick<Refund, 'tries'>,
  { table, refunds }: RefundDependencies,
  log: Log,
  now: Date,
): Promise<'restarted' | 'under_way' | 'left'> {
  const claim = await changeLedger(table, order.order_id, (current): LedgerChange | undefined => {
    const refund = refundLedger(current)[refundId];
    const isAsSeen = refund?.status === 'REQUESTED' && (refund.run ?? 0) === (seen.run ?? 0);
    return isAsSeen
      ? {
          refundId,
          refund: { ...refund, ...change, run: (refund.run ?? 0) + 1 },
          dueAt: new Date(now.getTime() + REFUND_DUE_MS),
        }
      : undefined;
  });
  const refund = claim.order === undefined ? undefined : refundLedger(claim.order)[refundId];
  if (!claim.changed || claim.order === undefined || refund === undefined) {
    return 'under_way';
  }
  const start = await refunds.start({ order: claim.order, refundId, refund });
  if (start.outcome === 'STARTED' || start.outcome === 'ALREADY_STARTED') {
    log.warn('the refund is carried on by a further execution', { refund_id: refundId, run: refund.run });
    return 'restarted';
  }
  log.warn('the further execution of the refund could not be started', { refund_id: refundId, cause: start.cause });
  // What was not started has not failed.
  await changeLedger(table, order.order_id, (current) => {
    const noted = refundLedger(current)[refundId];
    return noted?.status === 'REQUESTED' && noted.run === refund.run
      ? { refundId, refund: { ...noted, tries: seen.tries ?? 0 } }
      : undefined;
  });
  return 'left';
}

function firstStep({ restock }: Refund): string {
  return restock ? 'ReturnInventory' : 'RefundPayment';
}
