import * as z from 'zod';
import { orderTable } from '../environment.ts';
import type { OrderTable } from '../orders/order-table.ts';
import type { RefundStatus } from '../orders/refunds/refund.ts';
import { type RefundOutcome, recordRefundOutcome } from '../orders/refunds/refund-outcome.ts';
import { createTask, type Task } from './task.ts';

/** The task's result. */
export interface RecordedRefund {
  /** The refund's status from now on. It is not the one to record where the refund had ended before. */
  readonly status: RefundStatus | 'MISSING';
}

const outcomeSchema = z.discriminatedUnion('status', [
  z.object({ status: z.literal('SUCCEEDED'), stock_returned: z.boolean() }),
  z.object({ status: z.literal('DECLINED'), stock_returned: z.boolean(), code: z.string().min(1) }),
  z.object({ status: z.literal('NEEDS_ATTENTION'), step: z.string().min(1), error: z.string(), reason: z.string() }),
]);

const input = z.object({ refund_id: z.string().min(1), outcome: outcomeSchema });

/**
 * Makes the task of RecordRefund, RecordDecline and ParkRefund: it writes what has become of a refund into the order's record.
 *
 * The task throws RetryableError.
 */
export function createHandler(table: () => OrderTable, now: () => Date = () => new Date()): Task<RecordedRefund> {
  return createTask('RecordRefund', input, async ({ refund_id, outcome }, { orderId, log }) => {
    const named = { orderId, refundId: refund_id };
    return { status: (await recordRefundOutcome(table(), named, recorded(outcome), log, now())) ?? 'MISSING' };
  });
}

function recorded(outcome: z.infer<typeof outcomeSchema>): RefundOutcome {
  switch (outcome.status) {
    case 'SUCCEEDED':
      return { status: 'SUCCEEDED', stockReturned: outcome.stock_returned };
    case 'DECLINED':
      return { status: 'DECLINED', stockReturned: outcome.stock_returned, code: outcome.code };
    case 'NEEDS_ATTENTION':
      return outcome;
  }
}

/** The task of RecordRefund, RecordDecline and ParkRefund. */
export const handler = createHandler(orderTable);
