import { RowConflict } from '../common/retry-on-conflict.ts';
import { FIRST_RECHECK_MS, type Payment } from './payment.ts';
import { type Payments, requiredChargeKey, saveChange } from './payments.ts';
import { settleRefunds } from './refund.ts';
import { hasPendingRefund } from './refund-entry.ts';

/** Pauses before the further looks for a late charge, because a request can be delayed in a network. */
const LATER_RECHECKS_MS = [300_000, 3_600_000];

/** The longest pause between two questions for a pending refund. */
const LONGEST_PAUSE_MS = 3_600_000;

/** Payments per query of the index, beside those that the round could not recheck. */
const BATCH = 50;
/** Batches per round. The next round does the rest. */
const BATCHES_PER_ROUND = 20;

/** Receives the order whose payment could not be rechecked, and the error. */
export type ReportFailure = (orderId: string, error: unknown) => void;

/** What a round settled. */
export interface Rechecked {
  /** Charges that appeared at the provider after their payment was voided, and are voided now. */
  readonly lateCharges: number;
  /** Payments whose refunds have a known outcome now. */
  readonly refunds: number;
}

/**
 * One round of asking the provider for unknown outcomes:
 * - late charges, which appear after the Void of their payment found none. Normally the Authorize that made such a charge
 *   voids it; the recheck does so if its process died
 * - refunds whose caller got no answer and did not come back
 *
 * @param report called for each payment that could not be rechecked; the round goes on with the others
 */
export async function recheckOutcomes(
  payments: Payments,
  signal: AbortSignal,
  report: ReportFailure,
): Promise<Rechecked> {
  const rechecked = { lateCharges: 0, refunds: 0 };
  const left = new Set<string>();
  for (let batch = 0; batch < BATCHES_PER_ROUND && !signal.aborted; batch++) {
    // Payments that stay in the index must not keep the round from those behind them.
    const limit = BATCH + left.size;
    const listed = await payments.store.dueForRecheck(payments.clock(), limit, signal);
    for (const orderId of listed.filter((listedOrder) => !left.has(listedOrder))) {
      // Each once in a round, whatever the index still says.
      left.add(orderId);
      try {
        const outcome = await recheckPayment(payments, orderId, signal);
        rechecked.lateCharges += outcome === 'LATE_CHARGE' ? 1 : 0;
        rechecked.refunds += outcome === 'REFUNDS' ? 1 : 0;
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof RowConflict)) {
          report(orderId, error);
        }
      }
    }
    if (listed.length < limit) {
      break;
    }
  }
  return rechecked;
}

/** @returns what the recheck found; undefined where nothing is due, or nothing was found */
async function recheckPayment(
  payments: Payments,
  orderId: string,
  signal: AbortSignal,
): Promise<'LATE_CHARGE' | 'REFUNDS' | undefined> {
  const payment = await payments.store.find(orderId, signal);
  if (payment?.recheck_at === undefined || payment.recheck_at > payments.clock()) {
    return undefined;
  }
  if (hasPendingRefund(payment)) {
    await recheckRefunds(payments, payment, signal);
    return 'REFUNDS';
  }
  return (await recheckVoided(payments, payment, signal)) ? 'LATE_CHARGE' : undefined;
}

/** Postpones the payment first, so that one whose refund fails each time does not keep a round from the others. */
async function recheckRefunds(payments: Payments, payment: Payment, signal: AbortSignal): Promise<void> {
  const rechecks = (payment.rechecks ?? 0) + 1;
  const recheck_at = payments.clock() + Math.min(FIRST_RECHECK_MS * 2 ** rechecks, LONGEST_PAUSE_MS);
  await settleRefunds(payments, await saveChange(payments, payment, { rechecks, recheck_at }, signal), signal);
}

async function recheckVoided(payments: Payments, payment: Payment, signal: AbortSignal): Promise<boolean> {
  const charge = await payments.provider.void(requiredChargeKey(payment), signal);
  if (charge !== undefined) {
    const reference = charge.state === 'DECLINED' ? {} : { provider_reference: charge.reference };
    await saveChange(payments, payment, reference, signal);
    return charge.state === 'VOIDED';
  }
  const rechecks = (payment.rechecks ?? 0) + 1;
  const pause = LATER_RECHECKS_MS[rechecks - 1];
  await saveChange(payments, payment, { rechecks, ...later(payments, pause) }, signal);
  return false;
}

function later({ clock }: Payments, pause: number | undefined): Partial<Payment> {
  return pause === undefined ? {} : { recheck_at: clock() + pause };
}
