import * as z from 'zod';
import { orderTable } from '../environment.ts';
import type { OrderTable } from '../orders/order-table.ts';
import { beginPaymentWait } from '../orders/payment-wait.ts';
import { createTask, type Task } from './task.ts';

const input = z.object({
  task_token: z.string().min(1),
  /** Rises with every attempt of the task. Executions of an older definition do not send it. */
  attempt: z.int().min(0).default(0),
  /** When the state was entered, in UTC: `Z` on AWS, `+00:00` on LocalStack. Older definitions do not send it. */
  entered_at: z.iso.datetime({ offset: true }).optional(),
  payment_window_seconds: z.int().min(1),
  /** Where the customer confirms a payment that was tried already; null or absent where there is none. */
  action_url: z.string().min(1).nullish(),
});

/**
 * Makes the task AwaitPayment. It records the task token by which `/payment/pay`, `/payment/events` and `/orders/cancel`
 * complete the task. The state machine waits for the token, not for the function's result.
 *
 * The task throws OrderCancelledError where the customer has cancelled, or RetryableError.
 */
export function createHandler(table: () => OrderTable): Task<Record<string, never>> {
  return createTask('AwaitPayment', input, async (payload, { orderId, log }) => {
    const begun = await beginPaymentWait(table(), {
      orderId,
      taskToken: payload.task_token,
      attempt: payload.attempt,
      enteredAt: payload.entered_at === undefined ? new Date() : new Date(payload.entered_at),
      windowSeconds: payload.payment_window_seconds,
      actionUrl: payload.action_url ?? undefined,
    });
    if (begun === 'SUPERSEDED') {
      log.warn('a later attempt of the task waits already', { attempt: payload.attempt });
    }
    return {};
  });
}

/** The task AwaitPayment. */
export const handler = createHandler(orderTable);
