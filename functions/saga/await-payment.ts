import * as z from 'zod';
import { orderTable } from '../environment/order-table.ts';
import type { OrderTable } from '../orders/order-table.ts';
import { beginPaymentWait } from '../orders/payment-wait.ts';
import { createTask, type Task } from './task.ts';

const input = z.object({
  task_token: z.string().min(1),
  /** Rises with every try of the task. Executions that were started under an older definition do not tell it. */
  attempt: z.int().min(0).default(0),
  /** When the state was entered, in UTC: `Z` on AWS, `+00:00` on LocalStack. Older definitions do not tell it either. */
  entered_at: z.iso.datetime({ offset: true }).optional(),
  payment_window_seconds: z.int().min(1),
});

/**
 * Makes the task AwaitPayment: records the task token with which `/payment/pay` and `/orders/cancel` wake the saga. The
 * state machine then waits for the token, not for this task's result.
 *
 * The task throws OrderCancelledError where the customer cancelled before, or RetryableError.
 */
export function createHandler(table: () => OrderTable): Task<Record<string, never>> {
  return createTask('AwaitPayment', input, async (payload, { orderId, log }) => {
    const begun = await beginPaymentWait(table(), {
      orderId,
      taskToken: payload.task_token,
      attempt: payload.attempt,
      enteredAt: payload.entered_at === undefined ? new Date() : new Date(payload.entered_at),
      windowSeconds: payload.payment_window_seconds,
    });
    if (begun === 'SUPERSEDED') {
      log.warn('a later try of the task waits already', { attempt: payload.attempt });
    }
    return {};
  });
}

/** The task AwaitPayment. */
export const handler = createHandler(orderTable);
