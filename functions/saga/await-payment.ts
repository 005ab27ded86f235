import * as z from 'zod';
import { orderTable } from '../environment/order-table.ts';
import type { OrderTable } from '../orders/order-table.ts';
import { beginPaymentWait } from '../orders/payment-wait.ts';
import { createTask, type Task } from './task.ts';

const input = z.object({ task_token: z.string().min(1), payment_window_seconds: z.int().min(1) });

/**
 * Makes the task AwaitPayment: records the task token with which `/payment/pay` and `/orders/cancel` wake the saga. The
 * state machine then waits for the token, not for this task's result.
 *
 * The task throws OrderCancelledError where the customer cancelled before, or RetryableError.
 */
export function createHandler(table: () => OrderTable): Task<Record<string, never>> {
  return createTask('AwaitPayment', input, async ({ task_token, payment_window_seconds }, { orderId }) => {
    const wait = { orderId, taskToken: task_token, windowSeconds: payment_window_seconds };
    await beginPaymentWait(table(), wait, new Date());
    return {};
  });
}

/** The task AwaitPayment. */
export const handler = createHandler(orderTable);
