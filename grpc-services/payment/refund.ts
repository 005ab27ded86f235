import { retryOnConflict } from '../common/retry-on-conflict.ts';
import type { Payment } from './payment.ts';
import { type Payments, requiredChargeKey, saveChange } from './payments.ts';
import { paymentNotCaptured } from './refusals.ts';
import { completeVoid } from './void.ts';

/** A Refund request. */
export interface RefundOrder {
  readonly orderId: string;
  readonly reason: string;
}

/**
 * Refunds the captured amount, once, and refuses every later Capture. If the outcome of a Capture or Void is unknown, the
 * provider is asked for it first. A payment that was not captured is refused, and no tombstone is written: stopping such a
 * payment is the job of Void.
 */
export function refund(payments: Payments, { orderId, reason }: RefundOrder, signal: AbortSignal): Promise<Payment> {
  return retryOnConflict(async () => {
    const read = await payments.store.find(orderId, signal);
    const existing = read === undefined ? undefined : await withKnownOutcome(payments, read, signal);
    switch (existing?.state) {
      case 'REFUNDED':
        return existing;
      case 'CAPTURED': {
        const intended =
          existing.intent === 'REFUND'
            ? existing
            : await saveChange(payments, existing, { intent: 'REFUND', reason }, signal);
        return completeRefund(payments, intended, signal);
      }
      case undefined:
      case 'PENDING':
      case 'AUTHORIZED':
      case 'DECLINED':
      case 'VOIDED':
        throw paymentNotCaptured();
    }
  }, signal);
}

async function withKnownOutcome(payments: Payments, payment: Payment, signal: AbortSignal): Promise<Payment> {
  if (payment.intent === 'VOID') {
    return completeVoid(payments, payment, signal);
  }
  if (payment.intent !== 'CAPTURE') {
    return payment;
  }
  const charge = await payments.provider.find(requiredChargeKey(payment), signal);
  if (charge?.state !== 'CAPTURED') {
    return payment;
  }
  return saveChange(payments, payment, { state: 'CAPTURED', provider_reference: charge.reference }, signal);
}

/**
 * Carries out an intended Refund; any operation that finds the intent does so.
 *
 * @throws RowConflict when the payment changed in the meantime; read it again and decide anew
 */
export async function completeRefund(payments: Payments, intended: Payment, signal: AbortSignal): Promise<Payment> {
  const charge = await payments.provider.refund(requiredChargeKey(intended), signal);
  if (charge?.state !== 'REFUNDED') {
    throw new Error(`after a refund the provider's charge is ${charge?.state ?? 'missing'}`);
  }
  return saveChange(payments, intended, { state: 'REFUNDED' }, signal);
}
