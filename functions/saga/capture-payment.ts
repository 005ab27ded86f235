import * as z from 'zod';
import type { PaymentClient } from '../clients/payment-client.ts';
import { payment } from '../environment.ts';
import { createTask, type Task } from './task.ts';

/** The task's result. */
export interface CapturedPayment {
  readonly provider_reference: string;
}

/**
 * Makes the task CapturePayment, the saga's pivot: the provider takes the money. A repeated capture takes it once; behind the
 * pivot, steps are retried until they succeed.
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
