import * as z from 'zod';
import { bucketOf } from '../common/bucketed-index.ts';
import { isoTime } from '../common/clock.ts';
import { hasPendingRefund, refundEntry, refundOfOldRow } from './refund-entry.ts';

/**
 * A row of the payments table. `state` is the last known state. `intent` is written before the provider is called, so that
 * after a crash the next call repeats it:
 *
 *     PENDING -> AUTHORIZED -(CAPTURE)-> CAPTURED -> REFUNDED, once refunds gave all of it back
 *        |  \         ^ |
 *        |   \        | +-(VOID)-> VOIDED
 *        |    \       |
 *        |     ACTION_REQUIRED -(REPLACE)-> DECLINED, when the customer pays with another method instead
 *        +-> DECLINED
 *
 * PENDING itself is the intent to authorize, and a refund that is PENDING is the intent to refund. A Void of PENDING,
 * ACTION_REQUIRED or DECLINED ends VOIDED as well.
 */
const paymentRow = z.object({
  order_id: z.string(),
  state: z.enum(['PENDING', 'ACTION_REQUIRED', 'AUTHORIZED', 'DECLINED', 'CAPTURED', 'VOIDED', 'REFUNDED']),
  /** REFUND is in old rows only. */
  intent: z.enum(['CAPTURE', 'VOID', 'REPLACE', 'REFUND']).optional(),
  /** The attempt that the state refers to; absent in the tombstone of a Void that came first. */
  payment_id: z.string().optional(),
  amount_minor: z.int().optional(),
  currency: z.string().optional(),
  provider_reference: z.string().optional(),
  decline_reason: z.enum(['PAYMENT_DECLINED', 'INSUFFICIENT_FUNDS', 'INVALID_PAYMENT_METHOD']).optional(),
  /** Where the customer acts while the state is ACTION_REQUIRED. */
  action_url: z.string().optional(),
  /** The provider's event that settled this attempt. */
  event: z.object({ id: z.string(), outcome: z.enum(['UNSPECIFIED', 'AUTHORIZED', 'DECLINED']) }).optional(),
  refunds: z.array(refundEntry).readonly().optional(),
  /** Why the payment was voided. */
  reason: z.string().optional(),
  /** When to ask for an unknown outcome again (a late charge, a pending refund), in milliseconds since the epoch. */
  recheck_at: z.int().optional(),
  recheck_bucket: z.string().optional(),
  rechecks: z.int().optional(),
  /** Since when somebody should compare the payment with its order, in milliseconds since the epoch. */
  reconcile_at: z.int().optional(),
  reconcile_bucket: z.string().optional(),
  created_at: z.string(),
  /** Later with each change. */
  updated_at: z.string(),
  /** Increases with each write; every write is conditional on the version that was read. */
  version: z.int(),
});

/** The payment of an order. */
export type Payment = Readonly<z.output<typeof paymentRow>>;

/** Reads a row, also one that an older version wrote. */
export function readPayment(row: unknown): Payment {
  const payment = paymentRow.parse(row);
  if (payment.refunds !== undefined) {
    return payment;
  }
  if (payment.intent === 'REFUND') {
    const { intent: _nowARefund, ...kept } = payment;
    return { ...kept, refunds: [refundOfOldRow(payment, 'PENDING')] };
  }
  return payment.state === 'REFUNDED' ? { ...payment, refunds: [refundOfOldRow(payment, 'SUCCEEDED')] } : payment;
}

/** The idempotency key of the payment's attempt at the provider; undefined if there was no attempt. */
export function chargeKey({ order_id, payment_id }: Payment): string | undefined {
  return payment_id === undefined ? undefined : `${order_id}#${payment_id}`;
}

/** The only partition of the index of rechecks: few outcomes are unknown. */
export const RECHECK_BUCKET = 'all';

/** Partitions of the index of payments to reconcile. Every payment is in it until it is captured. */
export const RECONCILE_BUCKETS = 8;

/** Time to the first recheck: longer than any call to the provider takes. */
export const FIRST_RECHECK_MS = 30_000;

/**
 * The next version of a payment. Unless `change` says otherwise:
 * - it has no intent
 * - it is rechecked only while a refund is pending
 * - it is to be reconciled while it is open, and once its refunds changed
 */
export function nextVersion(previous: Payment, change: Partial<Payment>, now: number): Payment {
  const { intent: _settled, recheck_at: _at, recheck_bucket: _bucket, reconcile_bucket: _other, ...kept } = previous;
  const next = { ...kept, ...change };
  const recheck_at = change.recheck_at ?? (hasPendingRefund(next) ? now + FIRST_RECHECK_MS : undefined);
  const reconcile_at = 'reconcile_at' in change ? change.reconcile_at : reconcileAt(previous, next, now);
  return {
    ...next,
    recheck_at,
    recheck_bucket: recheck_at === undefined ? undefined : RECHECK_BUCKET,
    reconcile_at,
    reconcile_bucket: reconcile_at === undefined ? undefined : bucketOf(previous.order_id, RECONCILE_BUCKETS),
    updated_at: isoTime(Math.max(now, Date.parse(previous.updated_at) + 1)),
    version: previous.version + 1,
  };
}

function reconcileAt(previous: Payment, next: Payment, now: number): number | undefined {
  if (next.refunds !== previous.refunds) {
    return now;
  }
  if (isOpen(next)) {
    return previous.reconcile_at ?? now;
  }
  return isOpen(previous) ? undefined : previous.reconcile_at;
}

/** Whether the payment waits for a Capture or a Void. */
export function isOpen({ state }: Payment): boolean {
  return state === 'PENDING' || state === 'ACTION_REQUIRED' || state === 'AUTHORIZED';
}
