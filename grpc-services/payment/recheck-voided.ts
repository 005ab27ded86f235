import { RowConflict } from '../common/retry-on-conflict.ts';
import { chargeKey, type Payment } from './payment.ts';
import { RECHECK_BUCKET } from './payment-store.ts';
import { type Payments, saveChange } from './payments.ts';

/** When a voided payment's charge is first looked at again: longer than any call to the provider takes. */
export const FIRST_RECHECK_MS = 30_000;

/** How long after that it is looked at again, in milliseconds; a request can linger in a network. */
const LATER_RECHECKS_MS = [300_000, 3_600_000];

/** Payments that are looked at in one round. */
const BATCH = 50;

/**
 * One round: voids charges that appeared at the provider after the Void of their payment had found none. The Authorize
 * that made such a charge normally voids it itself; this is for the case that its process died in between.
 *
 * @param report hears of each payment that could not be looked at; the others are
 * @returns how many late charges were found
 */
export async function recheckVoided(payments: Payments, signal: AbortSignal, report: Report): Promise<number> {
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

/** Hears what went wrong with the payment of an order. */
export type Report = (orderId: string, error: unknown) => void;

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
