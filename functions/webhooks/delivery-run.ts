import { asError, type Log } from '../common/logger.ts';
import type { Executions } from '../orders/executions.ts';
import type { NewRun } from './delivery-queue.ts';

/** The executions of the state machine webhook-delivery. */
export type DeliveryExecutions = Pick<Executions, 'start'>;

/**
 * Starts the execution of a run; repeated starts have no further effect. False where Step Functions refused or did not
 * answer: the queue is overdue two minutes later, and the schedule starts another run. Throws nothing.
 */
export async function startRun(executions: DeliveryExecutions, run: NewRun, log: Log): Promise<boolean> {
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
      return false;
  }
}
