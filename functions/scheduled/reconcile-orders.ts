import { setTimeout as sleep } from 'node:timers/promises';
import { RetryableError } from '../common/errors.ts';
import { asError, type Logger, logWith, rootLogger } from '../common/logger.ts';
import { once } from '../common/once.ts';
import { inventory, orderSaga, orderTable, payment, refundSaga, taskTokens } from '../environment.ts';
import { type OrderTable, oldestOrders, readOrder } from '../orders/order-table.ts';
import { postponeFailure, setFirstDueTime } from '../orders/reconciliation-writes.ts';
import { sagaDueOrders } from '../orders/saga-due-index.ts';
import { type Recovery, recoverSaga, type SagaRecoveryDependencies } from '../orders/saga-recovery.ts';

/** Orders of one run, counted by what became of them. */
export type ReconciliationReport = Readonly<Record<Recovery | 'failed', number>>;

/** Begins of one order after another: DescribeExecution takes 15 a second, and others call it too. */
const PACE_MS = 125;
/** No further order is begun after this time. The function has 55 seconds, and the next run is a minute away. */
const RUN_MS = 30_000;
/** So many orders in a row without a reply show that a service is away: further calls would not help it. */
const MAX_LEFT_IN_A_ROW = 5;

/** The pace and the length of a run. */
export interface ReconciliationLimits {
  readonly paceMs: number;
  readonly runMs: number;
}

/**
 * Makes the function that carries on the orders whose saga should have moved them and has not: its execution was stopped,
 * is lost, has timed out or ended without a word. The work of a run is bounded. An order that fails, or that something does
 * not reply about, is put behind the others.
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
    let leftInARow = 0;
    for await (const id of sagaDueOrders(dependencies().table, new Date())) {
      if (Date.now() >= runEnds || leftInARow >= MAX_LEFT_IN_A_ROW) {
        break;
      }
      const began = Date.now();
      const outcome = await reconcileOrder(id, dependencies(), parent());
      report[outcome] += 1;
      leftInARow = outcome === 'left' ? leftInARow + 1 : 0;
      await sleep(Math.max(0, began + paceMs - Date.now()));
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
    const failure = error instanceof RetryableError ? 'left' : 'failed';
    if (failure === 'left') {
      log.warn('the order could not be reconciled', { error: asError(error) });
    } else {
      log.error('the order cannot be reconciled', { error: asError(error) });
    }
    await postponeFailure(dependencies.table, orderId, failure, new Date()).catch((cause: unknown) => {
      log.warn('the order could not be put off', { error: asError(cause) });
    });
    return failure;
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
