import { isoTime } from '../common/clock.ts';
import { invalid } from '../common/request-validation.ts';
import { retryOnConflict } from '../common/retry-on-conflict.ts';
import type { Payment } from './payment.ts';
import { type Payments, recordingTime, requiredChargeKey, saveChange } from './payments.ts';
import {
  defaultRefundId,
  hasPendingRefund,
  MOST_REFUNDS,
  type RefundEntry,
  refundableMinor,
  refundedMinor,
  refundsOf,
} from './refund-entry.ts';
import {
  paymentNotCaptured,
  refundDeclined,
  refundExceedsCaptured,
  refundMismatch,
  tooManyRefunds,
} from './refusals.ts';
import { completeVoid } from './void.ts';

/** A Refund request. */
export interface RefundOrder {
  readonly orderId: string;
  readonly reason: string;
  /** Empty for a caller that refunds an order once. */
  readonly refundId: string;
  /** Undefined: all that is left. */
  readonly amount?: { readonly minorUnits: number; readonly currency: string } | undefined;
}

/**
 * Refunds an amount of the captured payment, once per refund id. If the outcome of a Capture or Void is unknown, the
 * provider is asked for it first. A payment that was not captured is refused, and no tombstone is written: stopping such a
 * payment is the job of Void.
 */
export function refund(payments: Payments, order: RefundOrder, signal: AbortSignal): Promise<Payment> {
  return retryOnConflict(async () => {
    const read = await payments.store.find(order.orderId, signal);
    const existing = read === undefined ? undefined : await withKnownOutcome(payments, read, signal);
    switch (existing?.state) {
      case 'CAPTURED':
      case 'REFUNDED':
        return refundCaptured(payments, existing, order, signal);
      case undefined:
      case 'PENDING':
      case 'ACTION_REQUIRED':
      case 'AUTHORIZED':
      case 'DECLINED':
      case 'VOIDED':
        throw paymentNotCaptured();
    }
  }, signal);
}

async function withKnownOutcome(payments: Payments, payment: Payment, signal: AbortSignal): Promise<Payment> {
  if (payment.intent === 'VOID') {
    return completeVoid(payments, payment, signal);
  }
  if (payment.intent !== 'CAPTURE') {
    return payment;
  }
  const charge = await payments.provider.find(requiredChargeKey(payment), signal);
  if (charge?.state !== 'CAPTURED') {
    return payment;
  }
  return saveChange(payments, payment, { state: 'CAPTURED', provider_reference: charge.reference }, signal);
}

async function refundCaptured(
  payments: Payments,
  captured: Payment,
  order: RefundOrder,
  signal: AbortSignal,
): Promise<Payment> {
  const refundId = order.refundId === '' ? defaultRefundId(order.orderId) : order.refundId;
  assertCurrency(captured, order);
  const earlier = refundsOf(captured).find(({ refund_id }) => refund_id === refundId);
  if (earlier !== undefined) {
    if (order.amount !== undefined && order.amount.minorUnits !== earlier.amount_minor) {
      throw refundMismatch();
    }
    const settled = earlier.state === 'PENDING' ? await askAgain(payments, captured, earlier, signal) : captured;
    return answerOf(settled, refundId);
  }
  const refundable = refundableMinor(captured);
  const amount = order.amount?.minorUnits ?? refundable;
  // What is left may grow, because the provider may decline a pending refund.
  if (hasPendingRefund(captured) && (order.amount === undefined || amount > refundable)) {
    return refundCaptured(payments, await settleRefunds(payments, captured, signal), order, signal);
  }
  if (order.amount === undefined && captured.state === 'REFUNDED') {
    return captured;
  }
  if (amount > refundable) {
    throw refundExceedsCaptured(amount, refundable);
  }
  const asked = newRefund(payments, refundId, amount, order.reason);
  const intended = await addRefund(payments, captured, asked, signal);
  const outcome = await payments.provider.refund(chargeRefund(intended, asked), signal);
  return answerOf(await record(payments, intended, asked, outcome), refundId);
}

function assertCurrency({ currency }: Payment, { amount }: RefundOrder): void {
  if (amount !== undefined && amount.currency !== currency) {
    throw invalid('amount.currency', `must be the currency of the payment, ${currency ?? 'which has none'}`);
  }
}

function newRefund({ clock }: Payments, refund_id: string, amount_minor: number, reason: string): RefundEntry {
  const now = isoTime(clock());
  return { refund_id, amount_minor, state: 'PENDING', reason, created_at: now, updated_at: now };
}

/** Writes the intent to refund, before the provider is called. */
function addRefund(payments: Payments, captured: Payment, asked: RefundEntry, signal: AbortSignal): Promise<Payment> {
  const refunds = refundsOf(captured);
  if (refunds.length >= MOST_REFUNDS) {
    throw tooManyRefunds();
  }
  return saveChange(payments, captured, { refunds: [...refunds, asked] }, signal);
}

function chargeRefund(payment: Payment, { refund_id, amount_minor }: RefundEntry) {
  return { key: requiredChargeKey(payment), refundId: refund_id, amountMinor: amount_minor };
}

function answerOf(payment: Payment, refundId: string): Payment {
  const declined = refundsOf(payment).some(({ refund_id, state }) => refund_id === refundId && state === 'DECLINED');
  if (declined) {
    throw refundDeclined();
  }
  return payment;
}

/**
 * Carries out every pending refund, oldest first; any operation that depends on them does so.
 *
 * @throws RowConflict when the payment changed in the meantime; read it again and decide again
 */
export async function settleRefunds(payments: Payments, payment: Payment, signal: AbortSignal): Promise<Payment> {
  let settled = payment;
  for (const pending of refundsOf(payment).filter(({ state }) => state === 'PENDING')) {
    settled = await askAgain(payments, settled, pending, signal);
  }
  return settled;
}

/** Continues an earlier refund, perhaps days old. It looks the refund up first, as providers forget idempotency keys. */
async function askAgain(
  payments: Payments,
  payment: Payment,
  pending: RefundEntry,
  signal: AbortSignal,
): Promise<Payment> {
  const asked = chargeRefund(payment, pending);
  const known = await payments.provider.findRefund(asked, signal);
  return record(payments, payment, pending, known ?? (await payments.provider.refund(asked, signal)));
}

function record(
  payments: Payments,
  payment: Payment,
  { refund_id }: RefundEntry,
  outcome: RefundEntry['state'] | undefined,
): Promise<Payment> {
  if (outcome === undefined) {
    throw new Error("a captured payment is not captured in the provider's books");
  }
  const now = isoTime(payments.clock());
  const refunds = refundsOf(payment).map((one) =>
    one.refund_id === refund_id ? { ...one, state: outcome, updated_at: now } : one,
  );
  const whole = outcome === 'SUCCEEDED' && refundedMinor({ refunds }) === payment.amount_minor;
  const change = { refunds, state: whole ? 'REFUNDED' : payment.state } as const;
  return saveChange(payments, payment, change, recordingTime());
}
