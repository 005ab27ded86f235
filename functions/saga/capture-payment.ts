import * as z from 'zod';
import type { PaymentClient } from '../clients/payment-client.ts';
import { payment } from '../environment/payment.ts';
import { createTask, type Task } from './task.ts';

/** What the saga goes on with. */
export interface CapturedPayment {
  readonly provider_reference: string;
}

/**
 * Makes the task CapturePayment, the saga's pivot: the money is taken.
 *
 * The task throws PaymentNotAuthorizedError, PaymentVoidedError, PaymentRefundedError, PaymentNotFoundError or
 * RetryableError.
 */
export function createHandler(client: () => Pick<PaymentClient, 'capture'>): Task<CapturedPayment> {
  return createTask('CapturePayment', z.object({}), async (_input, { orderId, traceparent }) => {
    const { providerReference } = await client().capture({ orderId }, { orderId, traceparent });
    return { provider_reference: providerReference };
  });
}

/** The task CapturePayment. */
export const handler = createHandler(payment);
