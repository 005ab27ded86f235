import * as z from 'zod';
import type { PaymentClient } from '../clients/payment-client.ts';
import { payment } from '../environment.ts';
import { createTask, type Task } from './task.ts';

/** The task's result. */
export interface AuthorizedPayment {
  readonly payment_id: string;
  readonly provider_reference: string;
}

const input = z.object({
  payment_id: z.string().min(1),
  method: z.string().min(1),
  amount_minor: z.int().min(0),
  currency: z.string().length(3),
});

/**
 * Makes the task AuthorizePayment: the provider sets the amount aside.
 *
 * The task throws PaymentDeclinedError, InsufficientFundsError, InvalidPaymentMethodError, CustomerActionRequiredError,
 * PaymentVoidedError, PaymentMismatchError, PaymentRefundedError or RetryableError.
 */
export function createHandler(client: () => Pick<PaymentClient, 'authorize'>): Task<AuthorizedPayment> {
  return createTask('AuthorizePayment', input, async (wanted, { orderId, traceparent }) => {
    const amount = { minorUnits: wanted.amount_minor, currency: wanted.currency };
    const { paymentId, providerReference } = await client().authorize(
      { orderId, paymentId: wanted.payment_id, method: wanted.method, amount },
      { orderId, traceparent },
    );
    return { payment_id: paymentId, provider_reference: providerReference };
  });
}

/** The task AuthorizePayment. */
export const handler = createHandler(payment);
