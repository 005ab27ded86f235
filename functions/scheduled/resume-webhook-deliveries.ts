import { eachOf } from '../common/each-of.ts';
import { asError, type Logger, logWith, rootLogger } from '../common/logger.ts';
import { once } from '../common/once.ts';
import { deliveryExecutions, deliveryTable } from '../environment.ts';
import type { QueueName } from '../webhooks/delivery.ts';
import { furtherRun } from '../webhooks/delivery-queue.ts';
import { type DeliveryExecutions, startRun } from '../webhooks/delivery-run.ts';
import { type DeliveryTable, overdueQueues } from '../webhooks/delivery-table.ts';

/** Dependencies of the function. */
export interface ResumeDeliveriesDependencies {
  readonly deliveries: DeliveryTable;
  readonly executions: DeliveryExecutions;
}

/** Queues of one run. */
export interface ResumedDeliveries {
  /** Got another execution. */
  readonly started: number;
  /** Have written in the meantime. */
  readonly under_way: number;
  /** Could not be started: left to the next run. */
  readonly failed: number;
}

/** Bounds the work of a run; the next one is a minute away. */
const MAX_QUEUES = 200;
const CONCURRENCY = 5;
/** No further queue is begun after this time. The function has 55 seconds. */
const RUN_MS = 35_000;

/**
 * Makes the function that carries on deliveries whose execution is gone: its start was lost, it was stopped, or the engine's
 * journal was restored from a backup. A queue that cannot be carried on does not block the others.
 */
export function createHandler(
  dependencies: () => ResumeDeliveriesDependencies,
  parent: () => Logger = rootLogger,
): () => Promise<ResumedDeliveries> {
  return async () => {
    const runEnds = Date.now() + RUN_MS;
    const report = { started: 0, under_way: 0, failed: 0 } satisfies ResumedDeliveries;
    const overdue = await overdueQueues(dependencies().deliveries, new Date(), MAX_QUEUES);
    await eachOf(overdue, CONCURRENCY, async (queue) => {
      report[await resume(queue, dependencies(), parent())] += 1;
      return Date.now() >= runEnds ? 'STOP' : undefined;
    });
    if (Object.values(report).some((count) => count > 0)) {
      parent().info('overdue deliveries', report);
    }
    return report;
  };
}

async function resume(
  queue: QueueName,
  dependencies: ResumeDeliveriesDependencies,
  parent: Logger,
): Promise<keyof ResumedDeliveries> {
  const log = logWith(parent, { webhook_id: queue.webhookId, order_id: queue.orderId });
  try {
    const run = await furtherRun(dependencies.deliveries, queue);
    if (run === undefined) {
      return 'under_way';
    }
    if (!(await startRun(dependencies, run, log))) {
      return 'failed';
    }
    log.warn('a delivery whose execution is gone goes on in a further one');
    return 'started';
  } catch (error) {
    log.error('a delivery cannot be carried on', { error: asError(error) });
    return 'failed';
  }
}

/** Runs every minute. */
export const handler = createHandler(once(() => ({ deliveries: deliveryTable(), executions: deliveryExecutions() })));
