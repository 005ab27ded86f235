import * as z from 'zod';
import { type Payment, PaymentState } from '../../proto/gen/payment/v1/payment.ts';
import type { PaymentClient } from '../clients/payment-client.ts';
import { PaymentAlreadyCapturedError, ServiceContractError } from '../common/errors.ts';
import { payment } from '../environment.ts';
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
 * The task throws RetryableError.
 */
export function createHandler(client: () => Pick<PaymentClient, 'void' | 'refund'>): Task<ReversedPayment> {
  return createTask('VoidPayment', input, async ({ reason }, { orderId, traceparent }) => {
    const context = { orderId, traceparent };
    try {
      return reversed(await client().void({ orderId, reason }, context));
    } catch (error) {
      if (!(error instanceof PaymentAlreadyCapturedError)) {
        throw error;
      }
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
export const handler = createHandler(payment);
