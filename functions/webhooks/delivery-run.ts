import { asError, type Log } from '../common/logger.ts';
import type { Executions } from '../orders/executions.ts';
import { makeOverdue, type NewRun } from './delivery-queue.ts';
import type { DeliveryTable } from './delivery-table.ts';

/** The executions of the state machine webhook-delivery. */
export type DeliveryExecutions = Pick<Executions, 'start'>;

/** What a start needs. */
export interface StartDependencies {
  readonly deliveries: DeliveryTable;
  readonly executions: DeliveryExecutions;
}

/**
 * Starts the execution of a run; repeated starts have no further effect. False where Step Functions refused or did not
 * answer: then the queue is overdue, and the schedule starts another run.
 *
 * @throws RetryableError where the table does not reply
 */
export async function startRun({ deliveries, executions }: StartDependencies, run: NewRun, log: Log): Promise<boolean> {
  const { webhookId, orderId } = run;
  const start = await executions.start({
    name: `${webhookId}-${orderId}-${run.run}`,
    input: { webhook_id: webhookId, order_id: orderId, run: run.run },
  });
  switch (start.outcome) {
    case 'STARTED':
    case 'ALREADY_STARTED':
      return true;
    case 'REFUSED':
    case 'UNKNOWN':
      log.warn('a delivery could not be started; it is started later', {
        webhook_id: webhookId,
        order_id: orderId,
        error: asError(start.cause),
      });
      await makeOverdue(deliveries, run);
      return false;
  }
}
