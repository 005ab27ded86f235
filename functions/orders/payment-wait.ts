import { InvalidTaskInputError, OrderCancelledError } from '../common/errors.ts';
import { type OrderTable, updateOrder } from './order-table.ts';

/** What the saga tells when it begins to wait. */
export interface PaymentWait {
  readonly orderId: string;
  /** Wakes the saga. */
  readonly taskToken: string;
  readonly windowSeconds: number;
}

/**
 * Records that the order waits for its payment, and the token that wakes its saga. A repeat with the same token has no
 * further effect; another token (the task was tried again) takes the place of the former, which is worth nothing then.
 *
 * @throws OrderCancelledError where the customer cancelled before
 * @throws InvalidTaskInputError where there is no such order or it is beyond waiting
 */
export async function beginPaymentWait(table: OrderTable, wait: PaymentWait, now: Date): Promise<void> {
  const at = now.toISOString();
  const write = await updateOrder(table, {
    orderId: wait.orderId,
    set: '#status = :awaiting, task_token = :token, payment_due_at = :due',
    condition:
      '#status IN (:reserved, :awaiting) AND attribute_not_exists(cancel_requested_at) ' +
      'AND (attribute_not_exists(task_token) OR task_token <> :token)',
    values: {
      ':reserved': 'RESERVED',
      ':awaiting': 'AWAITING_PAYMENT',
      ':token': wait.taskToken,
      ':due': new Date(now.getTime() + wait.windowSeconds * 1000).toISOString(),
    },
    entry: {
      at,
      status: 'AWAITING_PAYMENT',
      what: 'waiting for the payment',
      why: `no payment method was given; the window is ${wait.windowSeconds} seconds`,
    },
  });
  if (write.applied) return;
  if (write.order === undefined) throw new InvalidTaskInputError(`there is no order ${wait.orderId}`);
  const { status, task_token, cancel_requested_at } = write.order;
  if (cancel_requested_at !== undefined) throw new OrderCancelledError('the customer cancelled the order');
  if (status === 'AWAITING_PAYMENT' && task_token === wait.taskToken) return;
  throw new InvalidTaskInputError(`order ${wait.orderId} is ${status} and does not wait for a payment`);
}
