import * as z from 'zod';
import type { PaymentClient } from '../clients/payment-client.ts';
import { PaymentAlreadyCapturedError, PaymentRefundedError } from '../common/errors.ts';
import { payment } from '../environment/payment.ts';
import { createTask, type Task } from './task.ts';

/** How the payment was undone. */
export interface UndonePayment {
  readonly state: 'VOIDED' | 'REFUNDED';
}

const input = z.object({ reason: z.string() });

/**
 * Makes the task VoidPayment, the compensation of the payment in whatever state it is: an authorization is voided, a
 * capture whose answer was lost is refunded, and where there was no payment none can come any more.
 *
 * The task throws RetryableError.
 */
export function createHandler(client: () => Pick<PaymentClient, 'void' | 'refund'>): Task<UndonePayment> {
  return createTask('VoidPayment', input, async ({ reason }, { orderId, traceparent }) => {
    const context = { orderId, traceparent };
    try {
      await client().void({ orderId, reason }, context);
      return { state: 'VOIDED' };
    } catch (error) {
      if (error instanceof PaymentRefundedError) return { state: 'REFUNDED' };
      if (!(error instanceof PaymentAlreadyCapturedError)) throw error;
    }
    return refund(client(), { orderId, reason }, context);
  });
}

async function refund(
  client: Pick<PaymentClient, 'refund'>,
  request: Parameters<PaymentClient['refund']>[0],
  context: Parameters<PaymentClient['refund']>[1],
): Promise<UndonePayment> {
  try {
    await client.refund(request, context);
  } catch (error) {
    if (!(error instanceof PaymentRefundedError)) throw error;
  }
  return { state: 'REFUNDED' };
}

/** The task VoidPayment. */
export const handler = createHandler(payment);
