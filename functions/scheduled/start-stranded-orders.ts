import { hasEnded, type OrderSaga } from '../clients/order-saga.ts';
import type { SagaStart } from '../clients/saga-start.ts';
import { RetryableError } from '../common/errors.ts';
import { type Log, type Logger, logWith, rootLogger } from '../common/logger.ts';
import { once } from '../common/once.ts';
import { orderSaga } from '../environment/order-saga.ts';
import { orderTable } from '../environment/order-table.ts';
import { createOrderRepository, type OrderRepository } from '../orders/order-repository.ts';

/** What the function works with. */
export interface StartStrandedOrdersDependencies {
  readonly orders: Pick<OrderRepository, 'startPending' | 'announceStart' | 'markStartEnded'>;
  readonly saga: OrderSaga;
}

/** What one run came to. */
export interface StrandedOrdersReport {
  /** Orders whose saga was started, now or a little before. */
  readonly started: number;
  /** Orders whose saga runs and has not written yet, or was written by now. */
  readonly under_way: number;
  /** Orders left for the next run. */
  readonly left: number;
  /** Orders whose execution ended without having written: an operator has to look. */
  readonly ended: number;
  /** Orders whose start failed in a way that another run would not mend. */
  readonly failed: number;
}

/** A request starts its saga within seconds; only after that an order counts as stranded. */
const STRANDED_AFTER_MS = 30_000;
const PAGE_SIZE = 100;
const AT_A_TIME = 10;
/** No order is begun after this; the function has 55 seconds, and the next run is a minute away. */
const RUN_MS = 35_000;

type Fate = keyof StrandedOrdersReport;

/**
 * Makes the function that starts the sagas of orders which were accepted but not started: the process died, or the
 * answer to the start was lost. A start is idempotent, so it does no harm to one that was only slow. No order keeps those
 * behind it from being started, whatever is wrong with it.
 */
export function createHandler(
  dependencies: () => StartStrandedOrdersDependencies,
  parent: () => Logger = rootLogger,
): () => Promise<StrandedOrdersReport> {
  return async () => {
    const runEnds = Date.now() + RUN_MS;
    const report = { started: 0, under_way: 0, left: 0, ended: 0, failed: 0 } satisfies StrandedOrdersReport;
    const pages = dependencies().orders.startPending(new Date(Date.now() - STRANDED_AFTER_MS), PAGE_SIZE);
    for await (const ids of pages) {
      const waiting = ids[Symbol.iterator]();
      let begun = 0;
      const worker = async () => {
        for (const id of waiting) {
          begun += 1;
          const fate = await startStranded(id, dependencies(), logWith(parent(), { order_id: id }));
          report[fate] += 1;
          // Step Functions is busy or away; pressing on would not help it.
          if (fate === 'left' || Date.now() >= runEnds) {
            break;
          }
        }
      };
      await Promise.all(Array.from({ length: AT_A_TIME }, worker));
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

async function startStranded(orderId: string, dependencies: StartStrandedOrdersDependencies, log: Log): Promise<Fate> {
  try {
    const announced = await dependencies.orders.announceStart(orderId, new Date());
    if (!announced.applied) {
      return 'under_way';
    }
    return await settled(await dependencies.saga.start(announced.order), orderId, dependencies, log);
  } catch (error) {
    if (error instanceof RetryableError) {
      log.warn('the saga of a stranded order could not be started', { error });
      return 'left';
    }
    const cause = error instanceof Error ? error : new Error('something that is no error was thrown', { cause: error });
    log.error('the saga of a stranded order cannot be started', { error: cause });
    return 'failed';
  }
}

async function settled(
  start: SagaStart,
  orderId: string,
  { orders, saga }: StartStrandedOrdersDependencies,
  log: Log,
): Promise<Fate> {
  switch (start.outcome) {
    case 'STARTED':
      log.info('started the saga of a stranded order');
      return 'started';
    case 'REFUSED':
    case 'UNKNOWN':
      log.warn('the saga of a stranded order could not be started', { cause: start.cause });
      return 'left';
    case 'ALREADY_STARTED': {
      const status = await saga.status(orderId);
      if (!hasEnded(status)) {
        return 'under_way';
      }
      if (!(await orders.markStartEnded(orderId, new Date())).applied) {
        return 'under_way';
      }
      log.error('the saga has ended without a word in its order; redrive the execution', { execution: status });
      return 'ended';
    }
  }
}

/** Runs every minute. */
export const handler = createHandler(once(() => ({ orders: createOrderRepository(orderTable()), saga: orderSaga() })));
