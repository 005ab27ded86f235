import { bucketOf } from '../common/bucketed-index.ts';
import { isoTime } from '../common/clock.ts';
import { RowConflict, retryOnConflict } from '../common/retry-on-conflict.ts';
import { replaceAttempt } from './customer-action.ts';
import { type Payment, RECONCILE_BUCKETS } from './payment.ts';
import { outcomeOf, type Payments, recordingTime, requiredChargeKey, saveChange } from './payments.ts';
import type { Charge } from './provider/payment-provider.ts';
import { declined, paymentAlreadyRefunded, paymentMismatch, paymentVoided } from './refusals.ts';
import { completeVoid } from './void.ts';

/** An Authorize request. */
export interface AuthorizeOrder {
  readonly orderId: string;
  readonly paymentId: string;
  /** Secret: only the provider may see it. */
  readonly method: string;
  readonly amount: { readonly minorUnits: number; readonly currency: string };
}

/**
 * Authorizes the amount. The attempt is written before the provider is called. A later call finds it, asks the provider for
 * its charge and continues from there.
 */
export function authorize(payments: Payments, order: AuthorizeOrder, signal: AbortSignal): Promise<Payment> {
  return retryOnConflict(async () => {
    const first = pendingPayment(payments, order, undefined);
    const read = await payments.store.saveFirst(first, signal);
    if (read === undefined) {
      return makeCharge(payments, order, first, signal);
    }
    const existing = await withoutWaiting(payments, read, order, signal);
    if (existing.state === 'DECLINED' && existing.payment_id !== order.paymentId) {
      const again = pendingPayment(payments, order, existing);
      await payments.store.save(existing, again, signal);
      return findOrMakeCharge(payments, order, again, signal);
    }
    if (existing.state !== 'PENDING' && existing.state !== 'ACTION_REQUIRED') {
      return answerOf(existing, order);
    }
    assertSame(existing, order);
    return findOrMakeCharge(payments, order, existing, signal);
  }, signal);
}

/** The payment after its intended undoing. Another payment id replaces an attempt that waits for its customer. */
function withoutWaiting(
  payments: Payments,
  read: Payment,
  { paymentId }: AuthorizeOrder,
  signal: AbortSignal,
): Promise<Payment> | Payment {
  if (read.intent === 'VOID') {
    return completeVoid(payments, read, signal);
  }
  const replaced = read.state === 'ACTION_REQUIRED' && read.payment_id !== paymentId;
  return replaced || read.intent === 'REPLACE' ? replaceAttempt(payments, read, signal) : read;
}

function answerOf(settled: Payment, order: AuthorizeOrder): Payment {
  switch (settled.state) {
    case 'VOIDED':
      throw paymentVoided();
    case 'REFUNDED':
      throw paymentAlreadyRefunded();
    case 'DECLINED':
      assertSame(settled, order);
      throw declined(settled.decline_reason ?? 'PAYMENT_DECLINED');
    case 'ACTION_REQUIRED':
    case 'AUTHORIZED':
    case 'CAPTURED':
      assertSame(settled, order);
      return settled;
    case 'PENDING':
      throw new Error('a pending payment has no answer yet');
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

/** The intent to authorize, written before the provider is called. */
function pendingPayment({ clock }: Payments, order: AuthorizeOrder, declinedBefore: Payment | undefined): Payment {
  const reconcile_at = clock();
  const now = isoTime(reconcile_at);
  return {
    order_id: order.orderId,
    reconcile_at,
    reconcile_bucket: bucketOf(order.orderId, RECONCILE_BUCKETS),
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
 * Continues an earlier attempt, perhaps days old. It looks the charge up first: real providers keep charges for good, but
 * forget the idempotency keys of authorizations after a time.
 */
async function findOrMakeCharge(
  payments: Payments,
  order: AuthorizeOrder,
  pending: Payment,
  signal: AbortSignal,
): Promise<Payment> {
  const charge = await payments.provider.find(requiredChargeKey(pending), signal);
  return charge === undefined ? makeCharge(payments, order, pending, signal) : record(payments, order, pending, charge);
}

/** Authorizes at the provider. If another call of the same attempt does so as well, both get the same charge. */
async function makeCharge(
  payments: Payments,
  order: AuthorizeOrder,
  pending: Payment,
  signal: AbortSignal,
): Promise<Payment> {
  const { method, amount } = order;
  const authorization = {
    key: requiredChargeKey(pending),
    method,
    amountMinor: amount.minorUnits,
    currency: amount.currency,
  };
  return record(payments, order, pending, await payments.provider.authorize(authorization, signal));
}

async function record(payments: Payments, order: AuthorizeOrder, pending: Payment, charge: Charge): Promise<Payment> {
  if (charge.state === 'ACTION_REQUIRED' && pending.state === 'ACTION_REQUIRED') {
    return pending;
  }
  const recording = recordingTime();
  try {
    return answerOf(await saveChange(payments, pending, outcomeOf(pending, charge), recording), order);
  } catch (error) {
    if (error instanceof RowConflict) {
      await voidLateCharge(payments, pending, recording);
    }
    throw error;
  }
}

/**
 * Voids the charge of this call, if a Void arrived during the call to the provider and found no charge. If the process dies
 * first, the recheck that the Void scheduled does it.
 */
async function voidLateCharge(payments: Payments, pending: Payment, signal: AbortSignal): Promise<void> {
  const current = await payments.store.find(pending.order_id, signal);
  if (current?.state === 'VOIDED' || current?.intent === 'VOID') {
    await payments.provider.void(requiredChargeKey(pending), signal);
  }
}
