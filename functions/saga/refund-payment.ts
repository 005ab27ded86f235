import * as z from 'zod';
import { RefundState } from '../../proto/gen/payment/v1/payment.ts';
import type { PaymentClient } from '../clients/payment-client.ts';
import { ServiceContractError } from '../common/errors.ts';
import { payment } from '../environment.ts';
import { createTask, type Task } from './task.ts';

const input = z.object({
  refund_id: z.string().min(1),
  amount_minor: z.int().min(1),
  currency: z.string().length(3),
  reason: z.string(),
});

/**
 * Makes the task RefundPayment of the refund saga: the provider gives the amount back. A repeat asks what became of it.
 *
 * The task throws RefundDeclinedError, RefundExceedsCapturedError, TooManyRefundsError, PaymentNotCapturedError,
 * PaymentNotFoundError, RefundMismatchError or RetryableError.
 */
export function createHandler(client: () => Pick<PaymentClient, 'refund'>): Task<Record<string, never>> {
  return createTask('RefundPayment', input, async (wanted, { orderId, traceparent }) => {
    const { refunds } = await client().refund(
      {
        orderId,
        refundId: wanted.refund_id,
        amount: { minorUnits: wanted.amount_minor, currency: wanted.currency },
        reason: wanted.reason,
      },
      { orderId, traceparent },
    );
    const refund = refunds.find(({ refundId }) => refundId === wanted.refund_id);
    if (refund?.state !== RefundState.SUCCEEDED) {
      throw new ServiceContractError('the payment service answered without the refund that it was asked for');
    }
    return {};
  });
}

/** The task RefundPayment. */
export const handler = createHandler(payment);
