import type { IndexPositions } from '../common/bucketed-index.ts';
import { retryOnConflict } from '../common/retry-on-conflict.ts';
import { isOpen, nextVersion, type Payment } from './payment.ts';
import type { Payments } from './payments.ts';
import { paymentNotFound } from './refusals.ts';

/** The longest time for which an acknowledged payment that is still open stays off the list. */
const LONGEST_PAUSE_MS = 900_000;

/** A ListPaymentsToReconcile request. */
export interface ReconcileQuery {
  readonly olderThanSeconds: number;
  readonly pageSize: number;
  readonly pageToken: IndexPositions;
}

/** A page of payments to compare with their orders. */
export interface PaymentPage {
  readonly payments: readonly Payment[];
  readonly nextPageToken: string;
}

/** Lists the payments that are open, or have refunds that nobody acknowledged; the longest wait first. */
export async function paymentsToReconcile(
  { store, clock }: Payments,
  { olderThanSeconds, pageSize, pageToken }: ReconcileQuery,
  signal: AbortSignal,
): Promise<PaymentPage> {
  const until = clock() - olderThanSeconds * 1_000;
  const { orderIds, nextPageToken } = await store.toReconcile({ until, size: pageSize, after: pageToken }, signal);
  const found = await store.findAll(orderIds, signal);
  const payments = found.filter(({ reconcile_at }) => reconcile_at !== undefined && reconcile_at <= until);
  return { payments, nextPageToken };
}

/** The answer to AcknowledgePayment. */
export interface Acknowledgement {
  readonly payment: Payment;
  /** False when the payment changed after the caller saw it. */
  readonly acknowledged: boolean;
}

/** Takes a payment off the list, if it is as the caller saw it. An open payment comes back after twice its age. */
export function acknowledgePayment(
  { store, clock }: Payments,
  orderId: string,
  seenUpdatedAt: Date,
  signal: AbortSignal,
): Promise<Acknowledgement> {
  return retryOnConflict(async () => {
    const payment = await store.find(orderId, signal);
    if (payment === undefined) {
      throw paymentNotFound();
    }
    if (Date.parse(payment.updated_at) !== seenUpdatedAt.getTime()) {
      return { payment, acknowledged: false };
    }
    if (payment.reconcile_at === undefined) {
      return { payment, acknowledged: true };
    }
    const now = clock();
    const age = Math.max(0, now - Date.parse(payment.created_at));
    const reconcile_at = isOpen(payment) ? now + Math.min(age, LONGEST_PAUSE_MS) : undefined;
    const { intent, updated_at } = payment;
    // The payment itself does not change, so it keeps its intent and its time.
    const next = { ...nextVersion(payment, { intent, reconcile_at }, now), updated_at };
    await store.save(payment, next, signal);
    return { payment: next, acknowledged: true };
  }, signal);
}
