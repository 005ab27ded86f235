import * as z from 'zod';
import { orderTable } from '../environment.ts';
import { outcomeSchema } from '../orders/order.ts';
import { type OrderTable, readOrder } from '../orders/order-table.ts';
import { RESUMED_AFTER, type ResumedSaga, resumedSaga } from '../orders/resume-point.ts';
import { createTask, type Task } from './task.ts';

const input = z.object({
  after: z.enum(RESUMED_AFTER),
  /** The end that the asking state would lead to; null where it has not failed. */
  outcome: outcomeSchema.nullable(),
});

/**
 * Makes the task ResumeOrder. It reads the order and decides at which step the saga goes on.
 *
 * The task throws RetryableError, or InvalidTaskInputError where the order is parked at an unknown step.
 */
export function createHandler(table: () => OrderTable, now: () => Date = () => new Date()): Task<ResumedSaga> {
  return createTask('ResumeOrder', input, async ({ after, outcome }, { orderId, log, execution }) => {
    const order = await readOrder(table(), orderId);
    const resumed = resumedSaga(orderId, order, { after, failure: outcome ?? undefined, execution }, now());
    log.info('resumes', { after, step: resumed.step, status: order?.status });
    return resumed;
  });
}

/** The task ResumeOrder. */
export const handler = createHandler(orderTable);
