import { isoTime } from '../common/clock.ts';
import { retryOnConflict } from '../common/retry-on-conflict.ts';
import { chargeKey, type Payment } from './payment.ts';
import { type Payments, saveChange } from './payments.ts';
import { settleRefund } from './refund.ts';
import { paymentAlreadyRefunded, paymentNotAuthorized, paymentVoided } from './refusals.ts';
import { settleVoid } from './void.ts';

/** Takes the money that is set aside, once. A Void or Refund that was begun before is carried out first. */
export function capture(payments: Payments, orderId: string, signal: AbortSignal): Promise<Payment> {
  return retryOnConflict(async () => {
    const read = await payments.store.intendCapture(orderId, isoTime(payments.clock()), signal);
    const existing = read === undefined ? undefined : await withoutUndoing(payments, read, signal);
    switch (existing?.state) {
      case undefined:
      case 'PENDING':
      case 'DECLINED':
        throw paymentNotAuthorized();
      case 'VOIDED':
        throw paymentVoided();
      case 'REFUNDED':
        throw paymentAlreadyRefunded();
      case 'CAPTURED':
        return existing;
      case 'AUTHORIZED': {
        const settled = await settleCapture(payments, existing, signal);
        if (settled.state === 'VOIDED') {
          throw paymentVoided();
        }
        return settled;
      }
    }
  }, signal);
}

function withoutUndoing(payments: Payments, payment: Payment, signal: AbortSignal): Promise<Payment> | Payment {
  switch (payment.intent) {
    case 'VOID':
      return settleVoid(payments, payment, signal);
    case 'REFUND':
      return settleRefund(payments, payment, signal);
    case 'CAPTURE':
    case undefined:
      return payment;
  }
}

/**
 * Carries out a Capture that was intended. The provider decides: a Void that overtook it may have been faster.
 *
 * @throws RowConflict when the payment changed meanwhile: read it again and decide anew
 */
async function settleCapture(payments: Payments, intended: Payment, signal: AbortSignal): Promise<Payment> {
  if (intended.intent !== 'CAPTURE') {
    throw new Error('a capture must be written down before the provider is asked');
  }
  const key = chargeKey(intended);
  if (key === undefined) {
    throw new Error('a payment that is to be captured has no attempt');
  }
  const charge = await payments.provider.capture(key, signal);
  switch (charge?.state) {
    case 'CAPTURED':
    case 'VOIDED':
    case 'REFUNDED':
      return saveChange(payments, intended, { state: charge.state, provider_reference: charge.reference }, signal);
    case undefined:
    case 'AUTHORIZED':
    case 'DECLINED':
      throw new Error(`the provider was asked to capture and its charge is ${charge?.state ?? 'not there'}`);
  }
}
