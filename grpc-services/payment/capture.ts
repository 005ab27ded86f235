import { retryOnConflict } from '../common/retry-on-conflict.ts';
import type { Payment } from './payment.ts';
import { type Payments, requiredChargeKey, saveChange } from './payments.ts';
import { settleRefunds } from './refund.ts';
import { hasPendingRefund } from './refund-entry.ts';
import { paymentAlreadyRefunded, paymentNotAuthorized, paymentVoided } from './refusals.ts';
import { completeVoid } from './void.ts';

/** Captures the authorized amount, once. A Void or Refund that was started before is completed first. */
export function capture(payments: Payments, orderId: string, signal: AbortSignal): Promise<Payment> {
  return retryOnConflict(async () => {
    const read = await payments.store.intendCapture(orderId, signal);
    const existing = read === undefined ? undefined : await completeUndo(payments, read, signal);
    switch (existing?.state) {
      case undefined:
      case 'PENDING':
      case 'ACTION_REQUIRED':
      case 'DECLINED':
        throw paymentNotAuthorized();
      case 'VOIDED':
        throw paymentVoided();
      case 'REFUNDED':
        throw paymentAlreadyRefunded();
      case 'CAPTURED':
        return existing;
      case 'AUTHORIZED': {
        const completed = await completeCapture(payments, existing, signal);
        if (completed.state === 'VOIDED') {
          throw paymentVoided();
        }
        return completed;
      }
    }
  }, signal);
}

function completeUndo(payments: Payments, payment: Payment, signal: AbortSignal): Promise<Payment> | Payment {
  if (payment.intent === 'VOID') {
    return completeVoid(payments, payment, signal);
  }
  return hasPendingRefund(payment) ? settleRefunds(payments, payment, signal) : payment;
}

/**
 * Carries out an intended Capture. The provider decides if a Void races it: the result may be a voided payment.
 *
 * @throws RowConflict when the payment changed in the meantime; read it again and decide again
 */
async function completeCapture(payments: Payments, intended: Payment, signal: AbortSignal): Promise<Payment> {
  if (intended.intent !== 'CAPTURE') {
    throw new Error('the intent to capture must be written before the provider is called');
  }
  const charge = await payments.provider.capture(requiredChargeKey(intended), signal);
  switch (charge?.state) {
    case 'CAPTURED':
    case 'VOIDED':
      return saveChange(payments, intended, { state: charge.state, provider_reference: charge.reference }, signal);
    case undefined:
    case 'ACTION_REQUIRED':
    case 'AUTHORIZED':
    case 'DECLINED':
      throw new Error(`after a capture the provider's charge is ${charge?.state ?? 'missing'}`);
  }
}
