import { RowConflict } from '../common/retry-on-conflict.ts';
import { chargeKey, type Payment } from './payment.ts';
import { RECHECK_BUCKET } from './payment-store.ts';
import { type Payments, saveChange } from './payments.ts';

/** Time from a Void to its first recheck: longer than any call to the provider takes. */
export const FIRST_RECHECK_MS = 30_000;

/** Pauses before the further rechecks, because a request can be delayed in a network. */
const LATER_RECHECKS_MS = [300_000, 3_600_000];

/** Payments per round. */
const BATCH = 50;

/** Is told which order's payment could not be rechecked, and why. */
export type ReportFailure = (orderId: string, error: unknown) => void;

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
