import { isoTime } from '../common/clock.ts';
import { RowConflict, retryOnConflict } from '../common/retry-on-conflict.ts';
import { chargeKey, type Payment } from './payment.ts';
import { RECHECK_BUCKET } from './payment-store.ts';
import { type Payments, requiredChargeKey, saveChange } from './payments.ts';
import { paymentAlreadyCaptured } from './refusals.ts';

/** Time from a Void to its first recheck: longer than any call to the provider takes. */
const FIRST_RECHECK_MS = 30_000;

/** Pauses before the further rechecks, because a request can be delayed in a network. */
const LATER_RECHECKS_MS = [300_000, 3_600_000];

/** Payments per round. */
const BATCH = 50;

/** Receives the order whose payment could not be rechecked, and the error. */
export type ReportFailure = (orderId: string, error: unknown) => void;

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
 * @throws RowConflict when the capture won, or the payment changed in the meantime; read it again and decide anew
 */
export async function completeVoid(payments: Payments, intended: Payment, signal: AbortSignal): Promise<Payment> {
  const charge = await payments.provider.void(requiredChargeKey(intended), signal);
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
      throw new RowConflict('the capture won the race against the void');
    case 'AUTHORIZED':
      throw new Error("after a void the provider's charge is AUTHORIZED");
  }
}

/**
 * One round: voids late charges, which appear at the provider after the Void of their payment found none. Normally the
 * Authorize that made such a charge voids it; the recheck does so if its process died.
 *
 * @param report called for each payment that could not be rechecked; the round goes on with the others
 * @returns the number of late charges that were voided
 */
export async function recheckVoided(payments: Payments, signal: AbortSignal, report: ReportFailure): Promise<number> {
  let late = 0;
  for (const orderId of await payments.store.dueForRecheck(payments.clock(), BATCH, signal)) {
    try {
      const payment = await payments.store.find(orderId, signal);
      if (payment !== undefined && (await recheck(payments, payment, signal))) {
        late++;
      }
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof RowConflict)) {
        report(orderId, error);
      }
    }
  }
  return late;
}

async function recheck(payments: Payments, payment: Payment, signal: AbortSignal): Promise<boolean> {
  const stillDue = payment.recheck_at !== undefined && payment.recheck_at <= payments.clock();
  if (!stillDue) {
    return false;
  }
  const key = chargeKey(payment);
  const charge = key === undefined ? undefined : await payments.provider.void(key, signal);
  if (charge !== undefined) {
    const reference = charge.state === 'DECLINED' ? {} : { provider_reference: charge.reference };
    await saveChange(payments, payment, reference, signal);
    return charge.state === 'VOIDED';
  }
  const rechecks = (payment.rechecks ?? 0) + 1;
  const pause = LATER_RECHECKS_MS[rechecks - 1];
  const again = pause === undefined ? {} : { recheck_at: payments.clock() + pause, recheck_bucket: RECHECK_BUCKET };
  await saveChange(payments, payment, { rechecks, ...again }, signal);
  return false;
}
