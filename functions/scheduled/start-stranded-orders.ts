import { eachOf } from '../common/each-of.ts';
import { RetryableError } from '../common/errors.ts';
import { asError, type Log, type Logger, logWith, rootLogger } from '../common/logger.ts';
import { once } from '../common/once.ts';
import { orderSaga, orderTable } from '../environment.ts';
import { type ExecutionStart, hasEnded } from '../orders/executions.ts';
import type { OrderSaga } from '../orders/order-saga.ts';
import { type OrderTable, startPendingOrders } from '../orders/order-table.ts';
import { endedStart, recordRepeatedStart, updateOrder } from '../orders/order-writes.ts';

/** Dependencies of the function. */
export interface StartStrandedOrdersDependencies {
  readonly table: OrderTable;
  readonly saga: OrderSaga;
}

/** Orders of one run, counted by outcome. */
export interface StrandedOrdersReport {
  /** The saga was started. */
  readonly started: number;
  /** The saga runs and has not written yet, or has written in the meantime. */
  readonly under_way: number;
  /** Left to the next run. */
  readonly left: number;
  /** The execution has ended without a write: left to the reconciliation. */
  readonly ended: number;
  /** The start failed, and would fail in the next run too. */
  readonly failed: number;
}

/** A request starts its saga within seconds; an older order without a saga counts as stranded. */
const STRANDED_AFTER_MS = 30_000;
const PAGE_SIZE = 100;
const CONCURRENCY = 10;
/** No further order is begun after this time. The function has 55 seconds, and the next run is a minute away. */
const RUN_MS = 35_000;

type Outcome = keyof StrandedOrdersReport;

/**
 * Makes the function that starts the sagas of stranded orders. They were accepted but have no saga, because the process died or
 * the reply to the start was lost.
 *
 * A start is idempotent, so starting the saga of a slow request does no harm. An order that cannot be started does not block
 * the orders behind it.
 */
export function createHandler(
  dependencies: () => StartStrandedOrdersDependencies,
  parent: () => Logger = rootLogger,
): () => Promise<StrandedOrdersReport> {
  return async () => {
    const runEnds = Date.now() + RUN_MS;
    const report = { started: 0, under_way: 0, left: 0, ended: 0, failed: 0 } satisfies StrandedOrdersReport;
    const createdBefore = new Date(Date.now() - STRANDED_AFTER_MS);
    const pages = startPendingOrders(dependencies().table, createdBefore, PAGE_SIZE);
    for await (const ids of pages) {
      let begun = 0;
      await eachOf(ids, CONCURRENCY, async (id) => {
        begun += 1;
        const outcome = await startStranded(id, dependencies(), logWith(parent(), { order_id: id }));
        report[outcome] += 1;
        // Step Functions is overloaded or away; further starts would not help it.
        return outcome === 'left' || Date.now() >= runEnds ? 'STOP' : undefined;
      });
      report.left += ids.length - begun;
      if (report.left > 0 || Date.now() >= runEnds) {
        break;
      }
    }
    if (Object.values(report).some((count) => count > 0)) {
      parent().info('stranded orders', report);
    }
    return report;
  };
}

async function startStranded(
  orderId: string,
  dependencies: StartStrandedOrdersDependencies,
  log: Log,
): Promise<Outcome> {
  try {
    const recorded = await recordRepeatedStart(dependencies.table, orderId, new Date());
    if (!recorded.applied) {
      return 'under_way';
    }
    return await outcomeOf(await dependencies.saga.start(recorded.order), orderId, dependencies, log);
  } catch (error) {
    if (error instanceof RetryableError) {
      log.warn('the saga of a stranded order could not be started', { error });
      return 'left';
    }
    log.error('the saga of a stranded order cannot be started', { error: asError(error) });
    return 'failed';
  }
}

async function outcomeOf(
  start: ExecutionStart,
  orderId: string,
  { table, saga }: StartStrandedOrdersDependencies,
  log: Log,
): Promise<Outcome> {
  switch (start.outcome) {
    case 'STARTED':
      log.info('started the saga of a stranded order');
      return 'started';
    case 'REFUSED':
    case 'UNKNOWN':
      log.warn('the saga of a stranded order could not be started', { cause: start.cause });
      return 'left';
    case 'ALREADY_STARTED': {
      const { status } = await saga.find({ order_id: orderId });
      if (!hasEnded(status)) {
        return 'under_way';
      }
      if (!(await updateOrder(table, endedStart(orderId, new Date()))).applied) {
        return 'under_way';
      }
      log.warn('the saga has ended without a write to its order; the reconciliation takes it up', {
        execution: status,
      });
      return 'ended';
    }
  }
}

/** Runs every minute. */
export const handler = createHandler(once(() => ({ table: orderTable(), saga: orderSaga() })));
