import * as z from 'zod';
import { type Payment, PaymentState } from '../../proto/gen/payment/v1/payment.ts';
import type { PaymentClient } from '../clients/payment-client.ts';
import { PaymentAlreadyCapturedError, PaymentKeptError, ServiceContractError } from '../common/errors.ts';
import { orderTable, payment } from '../environment.ts';
import type { OrderTable } from '../orders/order-table.ts';
import { updateOrder } from '../orders/order-writes.ts';
import { paymentReversal } from '../orders/payment-writes.ts';
import { createTask, type Task } from './task.ts';

/** The state in which the payment ended. */
export interface ReversedPayment {
  readonly state: 'VOIDED' | 'REFUNDED';
}

const input = z.object({ reason: z.string() });

/**
 * Makes the task VoidPayment, the compensation of the payment in any state. An authorization is voided. A capture whose reply
 * was lost is refunded. Where there is no payment yet, a tombstone refuses a later one.
 *
 * The call may belong to an execution that was lost while it was under way, and arrive after a further run has captured the
 * payment. So a refund is recorded first, and an order that is paid keeps its payment.
 *
 * The task throws PaymentKeptError where the order is paid, or RetryableError.
 */
export function createHandler(
  client: () => Pick<PaymentClient, 'void' | 'refund'>,
  table: () => OrderTable,
  now: () => Date = () => new Date(),
): Task<ReversedPayment> {
  return createTask('VoidPayment', input, async ({ reason }, { orderId, traceparent }) => {
    const context = { orderId, traceparent };
    try {
      return reversed(await client().void({ orderId, reason }, context));
    } catch (error) {
      if (!(error instanceof PaymentAlreadyCapturedError)) {
        throw error;
      }
    }
    const reversal = await updateOrder(table(), paymentReversal(orderId, now()));
    if (!reversal.applied && reversal.order !== undefined) {
      throw new PaymentKeptError(
        `the order is ${reversal.order.status}: another run of its saga has taken the payment`,
      );
    }
    return reversed(await client().refund({ orderId, reason, refundId: '', amount: undefined }, context));
  });
}

function reversed({ state }: Payment): ReversedPayment {
  if (state === PaymentState.VOIDED) {
    return { state: 'VOIDED' };
  }
  if (state === PaymentState.REFUNDED) {
    return { state: 'REFUNDED' };
  }
  throw new ServiceContractError(`the payment service reversed a payment and left it in state ${state}`);
}

/** The task VoidPayment. */
export const handler = createHandler(payment, orderTable);
