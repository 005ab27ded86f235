import { InvalidTaskInputError, OrderCancelledError } from '../common/errors.ts';
import { type OrderTable, type OrderUpdate, updateOrder } from './order-table.ts';
import { paymentDue } from './payment-due.ts';

/** What the saga tells when it begins to wait. */
export interface PaymentWait {
  readonly orderId: string;
  /** Wakes the saga. */
  readonly taskToken: string;
  /** Rises with every try of the task, over redrives too: tells an old token from the one that counts. */
  readonly attempt: number;
  /** When the saga began to wait; its window runs from then on. */
  readonly enteredAt: Date;
  readonly windowSeconds: number;
}

/** What became of the wish to wait. SUPERSEDED: a later try of the task waits already, and its token stays. */
export type PaymentWaitBegun = 'WAITING' | 'SUPERSEDED';

/** The change that records the wait, where no later try has recorded its own and the customer has not cancelled. */
export function paymentWait({ orderId, taskToken, attempt, enteredAt, windowSeconds }: PaymentWait): OrderUpdate {
  return {
    orderId,
    set: '#status = :awaiting, task_token = :token, task_attempt = :attempt, payment_due_at = :due',
    // A place that does not count its tries sends the same attempt each time: there, the last token counts.
    condition:
      '#status IN (:reserved, :awaiting) AND attribute_not_exists(cancel_requested_at) ' +
      'AND (attribute_not_exists(task_attempt) OR task_attempt < :attempt ' +
      'OR (task_attempt = :attempt AND task_token <> :token))',
    values: {
      ':reserved': 'RESERVED',
      ':awaiting': 'AWAITING_PAYMENT',
      ':token': taskToken,
      ':attempt': attempt,
      ':due': paymentDue(enteredAt, windowSeconds).toISOString(),
    },
    entry: {
      at: enteredAt.toISOString(),
      status: 'AWAITING_PAYMENT',
      what: 'waiting for the payment',
      why: `no payment method was given; the window is ${windowSeconds} seconds`,
    },
  };
}

/**
 * Records that the order waits for its payment, and the token that wakes its saga. A repeat with the same token has no
 * further effect; the token of a later try takes the place of the former, which is worth nothing then; an earlier try
 * whose write arrives late changes nothing.
 *
 * @throws OrderCancelledError where the customer cancelled before
 * @throws InvalidTaskInputError where there is no such order or it is beyond waiting
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
