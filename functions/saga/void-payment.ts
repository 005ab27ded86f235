import * as z from 'zod';
import { type Payment, PaymentState } from '../../proto/gen/payment/v1/payment.ts';
import type { PaymentClient } from '../clients/payment-client.ts';
import { PaymentAlreadyCapturedError, ServiceContractError } from '../common/errors.ts';
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
      return undone(await client().void({ orderId, reason }, context));
    } catch (error) {
      if (!(error instanceof PaymentAlreadyCapturedError)) {
        throw error;
      }
    }
    return undone(await client().refund({ orderId, reason }, context));
  });
}

function undone({ state }: Payment): UndonePayment {
  if (state === PaymentState.VOIDED) {
    return { state: 'VOIDED' };
  }
  if (state === PaymentState.REFUNDED) {
    return { state: 'REFUNDED' };
  }
  throw new ServiceContractError(`the payment service undid a payment and left it in state ${state}`);
}

/** The task VoidPayment. */
export const handler = createHandler(payment);
