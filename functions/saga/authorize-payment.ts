import * as z from 'zod';
import type { PaymentClient } from '../clients/payment-client.ts';
import { CustomerActionRequiredError } from '../common/errors.ts';
import { payment } from '../environment.ts';
import { createTask, type Task } from './task.ts';

/** The task's result: an authorized payment, or one that waits for its customer. */
export type AuthorizedPayment =
  | { readonly payment_id: string; readonly provider_reference: string }
  /** `action_url`: where the customer confirms it. */
  | { readonly payment_id: string; readonly action_url: string };

const input = z.object({
  payment_id: z.string().min(1),
  method: z.string().min(1),
  amount_minor: z.int().min(0),
  currency: z.string().length(3),
});

/**
 * Makes the task AuthorizePayment: the provider sets the amount aside, or asks for the customer.
 *
 * The task throws PaymentDeclinedError, InsufficientFundsError, InvalidPaymentMethodError, PaymentVoidedError,
 * PaymentMismatchError, PaymentRefundedError or RetryableError.
 */
export function createHandler(client: () => Pick<PaymentClient, 'authorize'>): Task<AuthorizedPayment> {
  return createTask('AuthorizePayment', input, async (wanted, { orderId, traceparent }) => {
    const amount = { minorUnits: wanted.amount_minor, currency: wanted.currency };
    try {
      const { paymentId, providerReference } = await client().authorize(
        { orderId, paymentId: wanted.payment_id, method: wanted.method, amount },
        { orderId, traceparent },
      );
      return { payment_id: paymentId, provider_reference: providerReference };
    } catch (error) {
      if (error instanceof CustomerActionRequiredError) {
        return { payment_id: wanted.payment_id, action_url: error.actionUrl };
      }
      throw error;
    }
  });
}

/** The task AuthorizePayment. */
export const handler = createHandler(payment);
