import { InvalidTaskInputError, OrderCancelledError } from '../common/errors.ts';
import type { OrderTable } from './order-table.ts';
import { updateOrder } from './order-writes.ts';
import { type PaymentWait, paymentWait } from './payment-writes.ts';

/** The outcome of beginning to wait. SUPERSEDED: a later attempt of the task waits already, and its token stays. */
export type PaymentWaitBegun = 'WAITING' | 'SUPERSEDED';

/**
 * Records that the order waits for its payment, and the task token that completes the wait.
 *
 * - The same token again has no further effect.
 * - The token of a later attempt replaces the earlier one, which is worthless by then.
 * - An earlier attempt whose write arrives late changes nothing.
 *
 * @throws OrderCancelledError where the customer has cancelled
 * @throws InvalidTaskInputError where the order does not exist, or is past this state
 * @throws RetryableError where DynamoDB does not reply
 */
export async function beginPaymentWait(table: OrderTable, wait: PaymentWait): Promise<PaymentWaitBegun> {
  const write = await updateOrder(table, paymentWait(wait));
  if (write.applied) {
    return 'WAITING';
  }
  if (write.order === undefined) {
    throw new InvalidTaskInputError(`there is no order ${wait.orderId}`);
  }
  const { status, task_token, task_attempt = -1, cancel_requested_at } = write.order;
  if (cancel_requested_at !== undefined) {
    throw new OrderCancelledError('the customer cancelled the order');
  }
  if (task_attempt > wait.attempt) {
    return 'SUPERSEDED';
  }
  if (status === 'AWAITING_PAYMENT' && task_token === wait.taskToken) {
    return 'WAITING';
  }
  throw new InvalidTaskInputError(`order ${wait.orderId} is ${status} and does not wait for a payment`);
}
