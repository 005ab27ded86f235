import { retryOnConflict } from '../common/retry-on-conflict.ts';
import { chargeKey, type Payment } from './payment.ts';
import { type Payments, saveChange } from './payments.ts';
import { paymentNotCaptured } from './refusals.ts';
import { settleVoid } from './void.ts';

/** What Refund is asked. */
export interface RefundOrder {
  readonly orderId: string;
  readonly reason: string;
}

/**
 * Gives captured money back, once; no Capture gets past it any more. A Capture or Void that was begun and whose
 * outcome is not known is looked up at the provider. Where no money was taken there is nothing to give back, which the caller is told
 * rather than given a tombstone: Void is what stops a payment that was not captured.
 */
export function refund(payments: Payments, { orderId, reason }: RefundOrder, signal: AbortSignal): Promise<Payment> {
  return retryOnConflict(async () => {
    const read = await payments.store.find(orderId, signal);
    const existing = read === undefined ? undefined : await withOutcomeKnown(payments, read, signal);
    switch (existing?.state) {
      case 'REFUNDED':
        return existing;
      case 'CAPTURED': {
        const intended =
          existing.intent === 'REFUND'
            ? existing
            : await saveChange(payments, existing, { intent: 'REFUND', reason }, signal);
        return settleRefund(payments, intended, signal);
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

async function withOutcomeKnown(payments: Payments, payment: Payment, signal: AbortSignal): Promise<Payment> {
  if (payment.intent === 'VOID') {
    return settleVoid(payments, payment, signal);
  }
  if (payment.intent !== 'CAPTURE') {
    return payment;
  }
  const charge = await payments.provider.find(keyOf(payment), signal);
  if (charge?.state !== 'CAPTURED') {
    return payment;
  }
  return saveChange(payments, payment, { state: 'CAPTURED', provider_reference: charge.reference }, signal);
}

/**
 * Carries out a Refund that was intended, by whoever meets it.
 *
 * @throws RowConflict when the payment changed meanwhile: read it again and decide anew
 */
export async function settleRefund(payments: Payments, intended: Payment, signal: AbortSignal): Promise<Payment> {
  const charge = await payments.provider.refund(keyOf(intended), signal);
  if (charge?.state !== 'REFUNDED') {
    throw new Error(`the provider was asked to refund and its charge is ${charge?.state ?? 'not there'}`);
  }
  return saveChange(payments, intended, { state: 'REFUNDED' }, signal);
}

function keyOf(payment: Payment): string {
  const key = chargeKey(payment);
  if (key === undefined) {
    throw new Error('a payment that is to be refunded has no attempt');
  }
  return key;
}
