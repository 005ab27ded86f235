import { isoTime } from '../common/clock.ts';
import { RowConflict, retryOnConflict } from '../common/retry-on-conflict.ts';
import { FIRST_RECHECK_MS, type Payment } from './payment.ts';
import { type Payments, requiredChargeKey, saveChange } from './payments.ts';
import { paymentAlreadyCaptured } from './refusals.ts';

/** A Void request. */
export interface VoidOrder {
  readonly orderId: string;
  readonly reason: string;
}

/**
 * Undoes Authorize, and refuses every later Authorize and Capture of the order. That holds as well for an order without a
 * payment: a tombstone is written. A captured payment is refused; a refunded payment is returned unchanged.
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
      case 'ACTION_REQUIRED':
      case 'AUTHORIZED': {
        const intended =
          existing.intent === 'VOID'
            ? existing
            : await saveChange(payments, existing, { intent: 'VOID', reason }, signal);
        return completeVoid(payments, intended, signal);
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
    throw new RowConflict('the payment appeared after it was read');
  }
  return voided;
}

/**
 * Carries out an intended Void; any operation that finds the intent does so. The provider decides if a Capture races it.
 *
 * @throws RowConflict when the capture won, or the payment changed in the meantime; read it again and decide again
 */
export async function completeVoid(payments: Payments, intended: Payment, signal: AbortSignal): Promise<Payment> {
  const charge = await payments.provider.void(requiredChargeKey(intended), signal);
  switch (charge?.state) {
    case undefined: {
      const recheck_at = payments.clock() + FIRST_RECHECK_MS;
      return saveChange(payments, intended, { state: 'VOIDED', recheck_at }, signal);
    }
    case 'VOIDED':
      return saveChange(payments, intended, { state: 'VOIDED', provider_reference: charge.reference }, signal);
    case 'DECLINED':
      return saveChange(payments, intended, { state: 'VOIDED' }, signal);
    case 'CAPTURED':
      await saveChange(payments, intended, { state: charge.state, provider_reference: charge.reference }, signal);
      throw new RowConflict('the capture won the race against the void');
    case 'ACTION_REQUIRED':
    case 'AUTHORIZED':
      throw new Error(`after a void the provider's charge is ${charge.state}`);
  }
}
