import { isoTime } from '../common/clock.ts';
import { RowConflict, retryOnConflict } from '../common/retry-on-conflict.ts';
import { chargeKey, type Payment } from './payment.ts';
import { RECHECK_BUCKET } from './payment-store.ts';
import { type Payments, saveChange } from './payments.ts';
import { FIRST_RECHECK_MS } from './recheck-voided.ts';
import { paymentAlreadyCaptured } from './refusals.ts';

/** What Void is asked. */
export interface VoidOrder {
  readonly orderId: string;
  readonly reason: string;
}

/**
 * Undoes Authorize. Unless the money is taken it leaves a payment that no Authorize and no Capture gets past, also where
 * there was none. A refunded payment is undone already and answered as it is.
 */
export function voidPayment(payments: Payments, { orderId, reason }: VoidOrder, signal: AbortSignal): Promise<Payment> {
  return retryOnConflict(async () => {
    const existing = await payments.store.find(orderId, signal);
    if (existing === undefined) {
      return leaveTombstone(payments, orderId, reason, signal);
    }
    switch (existing.state) {
      case 'VOIDED':
      case 'REFUNDED':
        return existing;
      case 'CAPTURED':
        throw paymentAlreadyCaptured();
      case 'DECLINED':
        return saveChange(payments, existing, { state: 'VOIDED', reason }, signal);
      case 'PENDING':
      case 'AUTHORIZED': {
        const intended =
          existing.intent === 'VOID'
            ? existing
            : await saveChange(payments, existing, { intent: 'VOID', reason }, signal);
        return settleVoid(payments, intended, signal);
      }
    }
  }, signal);
}

async function leaveTombstone(
  { store, clock }: Payments,
  orderId: string,
  reason: string,
  signal: AbortSignal,
): Promise<Payment> {
  const now = isoTime(clock());
  const voided: Payment = { order_id: orderId, state: 'VOIDED', reason, created_at: now, updated_at: now, version: 1 };
  if ((await store.saveFirst(voided, signal)) !== undefined) {
    throw new RowConflict('a payment came before its void');
  }
  return voided;
}

/**
 * Carries out a Void that was intended, by whoever meets it. The provider decides: a Capture that was under way may have
 * been faster.
 *
 * @throws RowConflict when the payment turned out captured, or changed meanwhile: read it again and decide anew
 */
export async function settleVoid(payments: Payments, intended: Payment, signal: AbortSignal): Promise<Payment> {
  const key = chargeKey(intended);
  if (key === undefined) {
    throw new Error('a payment that is to be voided has no attempt');
  }
  const charge = await payments.provider.void(key, signal);
  switch (charge?.state) {
    case undefined: {
      const recheck_at = payments.clock() + FIRST_RECHECK_MS;
      return saveChange(payments, intended, { state: 'VOIDED', recheck_at, recheck_bucket: RECHECK_BUCKET }, signal);
    }
    case 'VOIDED':
      return saveChange(payments, intended, { state: 'VOIDED', provider_reference: charge.reference }, signal);
    case 'DECLINED':
      return saveChange(payments, intended, { state: 'VOIDED' }, signal);
    case 'CAPTURED':
    case 'REFUNDED':
      await saveChange(payments, intended, { state: charge.state, provider_reference: charge.reference }, signal);
      throw new RowConflict('the capture was faster than the void');
    case 'AUTHORIZED':
      throw new Error('the provider neither voided nor captured a charge that it was asked to void');
  }
}
