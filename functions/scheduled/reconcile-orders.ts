import { setTimeout as sleep } from 'node:timers/promises';
import { RetryableError } from '../common/errors.ts';
import { asError, type Logger, logWith, rootLogger } from '../common/logger.ts';
import { once } from '../common/once.ts';
import { inventory, orderSaga, orderTable, payment, refundSaga, taskTokens } from '../environment.ts';
import { type OrderTable, oldestOrders, readOrder, sagaDueOrders } from '../orders/order-table.ts';
import { postponeFailure, setFirstDueTime } from '../orders/reconciliation-writes.ts';
import { type Recovery, recoverSaga, type SagaRecoveryDependencies } from '../orders/saga-recovery.ts';

/** Orders of one run, counted by what became of them. */
export type ReconciliationReport = Readonly<Record<Recovery | 'failed', number>>;

const PAGE_SIZE = 100;
/** Begins of one order after another: DescribeExecution takes 15 a second, and others call it too. */
const PACE_MS = 125;
/** No further order is begun after this time. The function has 55 seconds, and the next run is a minute away. */
const RUN_MS = 30_000;

/** The pace and the length of a run. */
export interface ReconciliationLimits {
  readonly paceMs: number;
  readonly runMs: number;
}

/**
 * Makes the function that carries on the orders whose saga should have moved them and has not: its execution was stopped,
 * is lost, has timed out or ended without a word. The work of a run is bounded, and an order that fails stops no other.
 */
export function createHandler(
  dependencies: () => SagaRecoveryDependencies,
  { paceMs, runMs }: ReconciliationLimits = { paceMs: PACE_MS, runMs: RUN_MS },
  parent: () => Logger = rootLogger,
): () => Promise<ReconciliationReport> {
  return async () => {
    const runEnds = Date.now() + runMs;
    const report: Record<Recovery | 'failed', number> = { under_way: 0, restarted: 0, parked: 0, left: 0, failed: 0 };
    await timeOrdersOfOlderVersions(dependencies().table, parent());
    for await (const ids of sagaDueOrders(dependencies().table, new Date(), PAGE_SIZE)) {
      for (const id of ids) {
        if (Date.now() >= runEnds || report.left > 0) {
          break;
        }
        const began = Date.now();
        report[await reconcileOrder(id, dependencies(), parent())] += 1;
        await sleep(Math.max(0, began + paceMs - Date.now()));
      }
      // Step Functions, or a service, is overloaded or away; further calls would not help it.
      if (Date.now() >= runEnds || report.left > 0) {
        break;
      }
    }
    if (Object.values(report).some((count) => count > 0)) {
      parent().info('reconciled orders', report);
    }
    return report;
  };
}

const OPEN_STATUSES = ['PENDING', 'RESERVED', 'AWAITING_PAYMENT', 'AUTHORIZED', 'PAID'] as const;
/** Few orders of this version are open for so long, so the oldest open ones are those of an older version. */
const LONG_OPEN_MS = 7_200_000;
const OLDEST_PER_STATUS = 25;

/**
 * Orders that an older version has placed have no time by which their saga must have moved, so that nobody would look at
 * them. The next run finds those that get one here.
 */
async function timeOrdersOfOlderVersions(table: OrderTable, logger: Logger): Promise<void> {
  const now = new Date();
  const before = new Date(now.getTime() - LONG_OPEN_MS);
  for (const status of OPEN_STATUSES) {
    try {
      for (const orderId of await oldestOrders(table, status, before, OLDEST_PER_STATUS)) {
        if (await setFirstDueTime(table, orderId, status, now)) {
          logWith(logger, { order_id: orderId }).info('an order of an older version is looked at from now on', {
            status,
          });
        }
      }
    } catch (error) {
      // The orders that are due do not wait for this.
      logger.warn('orders of an older version could not be looked for', { error: asError(error) });
    }
  }
}

async function reconcileOrder(
  orderId: string,
  dependencies: SagaRecoveryDependencies,
  logger: Logger,
): Promise<Recovery | 'failed'> {
  const log = logWith(logger, { order_id: orderId });
  try {
    const order = await readOrder(dependencies.table, orderId);
    const now = new Date();
    if (order?.saga_due_at === undefined || order.saga_due_at > now.toISOString()) {
      return 'under_way';
    }
    return await recoverSaga(order, dependencies, log, now);
  } catch (error) {
    if (error instanceof RetryableError) {
      log.warn('the order could not be reconciled', { error });
      return 'left';
    }
    log.error('the order cannot be reconciled', { error: asError(error) });
    await postponeFailure(dependencies.table, orderId, new Date()).catch((cause: unknown) => {
      log.warn('the order could not be put off', { error: asError(cause) });
    });
    return 'failed';
  }
}

/** Runs every minute. */
export const handler = createHandler(
  once(() => ({
    table: orderTable(),
    saga: orderSaga(),
    refunds: refundSaga(),
    payment: payment(),
    tokens: taskTokens(),
    inventory: inventory(),
  })),
);
