import { isoTime } from '../common/clock.ts';
import { RowConflict, retryOnConflict } from '../common/retry-on-conflict.ts';
import { chargeKey, type Payment } from './payment.ts';
import { type Payments, saveChange } from './payments.ts';
import type { Charge } from './provider/payment-provider.ts';
import { declined, paymentAlreadyRefunded, paymentMismatch, paymentVoided } from './refusals.ts';
import { settleVoid } from './void.ts';

/** What Authorize is asked. */
export interface AuthorizeOrder {
  readonly orderId: string;
  readonly paymentId: string;
  /** Secret: goes to the provider and nowhere else. */
  readonly method: string;
  readonly amount: { readonly minorUnits: number; readonly currency: string };
}

/**
 * Sets the amount aside. The attempt is written before the provider is asked; a later call meets it, asks the provider
 * what became of it and goes on from there.
 */
export function authorize(payments: Payments, order: AuthorizeOrder, signal: AbortSignal): Promise<Payment> {
  return retryOnConflict(async () => {
    const first = pendingPayment(payments, order, undefined);
    const read = await payments.store.saveFirst(first, signal);
    if (read === undefined) {
      return makeCharge(payments, order, first, signal);
    }
    const existing = read.intent === 'VOID' ? await settleVoid(payments, read, signal) : read;
    if (existing.state === 'DECLINED' && existing.payment_id !== order.paymentId) {
      const again = pendingPayment(payments, order, existing);
      await payments.store.save(existing, again, signal);
      return findOrMakeCharge(payments, order, again, signal);
    }
    if (existing.state !== 'PENDING') {
      return answer(existing, order);
    }
    assertSame(existing, order);
    return findOrMakeCharge(payments, order, existing, signal);
  }, signal);
}

function answer(settled: Payment, order: AuthorizeOrder): Payment {
  switch (settled.state) {
    case 'VOIDED':
      throw paymentVoided();
    case 'REFUNDED':
      throw paymentAlreadyRefunded();
    case 'DECLINED':
      assertSame(settled, order);
      throw declined(settled.decline_reason ?? 'PAYMENT_DECLINED');
    case 'AUTHORIZED':
    case 'CAPTURED':
      assertSame(settled, order);
      return settled;
    case 'PENDING':
      throw new Error('a payment that is pending has no answer yet');
  }
}

function assertSame(existing: Payment, { paymentId, amount }: AuthorizeOrder): void {
  const same =
    existing.payment_id === paymentId &&
    existing.amount_minor === amount.minorUnits &&
    existing.currency === amount.currency;
  if (!same) {
    throw paymentMismatch();
  }
}

/** The intent to authorize, to be written before the provider is asked. */
function pendingPayment({ clock }: Payments, order: AuthorizeOrder, declinedBefore: Payment | undefined): Payment {
  const now = isoTime(clock());
  return {
    order_id: order.orderId,
    state: 'PENDING',
    payment_id: order.paymentId,
    amount_minor: order.amount.minorUnits,
    currency: order.amount.currency,
    created_at: declinedBefore?.created_at ?? now,
    updated_at: now,
    version: (declinedBefore?.version ?? 0) + 1,
  };
}

/**
 * Goes on from an attempt that was begun before, perhaps days ago. The provider is asked for its charge first: a real one
 * remembers the keys of authorizations for a time only, and its charges for ever.
 */
async function findOrMakeCharge(
  payments: Payments,
  order: AuthorizeOrder,
  pending: Payment,
  signal: AbortSignal,
): Promise<Payment> {
  const charge = await payments.provider.find(keyOf(pending), signal);
  return charge === undefined ? makeCharge(payments, order, pending, signal) : record(payments, order, pending, charge);
}

/** Asks for the charge of an attempt for which there is none, or which another call is making right now. */
async function makeCharge(
  payments: Payments,
  order: AuthorizeOrder,
  pending: Payment,
  signal: AbortSignal,
): Promise<Payment> {
  const { method, amount } = order;
  const asked = { key: keyOf(pending), method, amountMinor: amount.minorUnits, currency: amount.currency };
  return record(payments, order, pending, await payments.provider.authorize(asked, signal));
}

/** What the provider answered is recorded within this time, even when the caller waits no longer. */
const RECORDING_MS = 5_000;

async function record(payments: Payments, order: AuthorizeOrder, pending: Payment, charge: Charge): Promise<Payment> {
  const recording = AbortSignal.timeout(RECORDING_MS);
  try {
    return answer(await saveChange(payments, pending, changeBy(charge), recording), order);
  } catch (error) {
    if (error instanceof RowConflict) {
      await undoIfVoided(payments, pending, recording);
    }
    throw error;
  }
}

function changeBy(charge: Charge): Partial<Payment> {
  return charge.state === 'DECLINED'
    ? { state: 'DECLINED', decline_reason: charge.reason }
    : { state: charge.state, provider_reference: charge.reference };
}

/**
 * A Void may have come while the provider was asked, and then found no charge to undo; this call made one, so this call
 * undoes it. If the process dies first, the recheck that the Void left behind does.
 */
async function undoIfVoided(payments: Payments, pending: Payment, signal: AbortSignal): Promise<void> {
  const current = await payments.store.find(pending.order_id, signal);
  if (current?.state === 'VOIDED' || current?.intent === 'VOID') {
    await payments.provider.void(keyOf(pending), signal);
  }
}

function keyOf(pending: Payment): string {
  const key = chargeKey(pending);
  if (key === undefined) {
    throw new Error('a pending payment has no attempt');
  }
  return key;
}
