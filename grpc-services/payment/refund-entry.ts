import * as z from 'zod';

/** A refund in the row of its payment. PENDING is written before the provider is called. */
export const refundEntry = z
  .object({
    refund_id: z.string(),
    amount_minor: z.int(),
    state: z.enum(['PENDING', 'SUCCEEDED', 'DECLINED']),
    reason: z.string(),
    created_at: z.string(),
    updated_at: z.string(),
  })
  .readonly();

/** One refund of a payment. */
export type RefundEntry = z.output<typeof refundEntry>;

/** What of a payment its refunds depend on. */
interface Refundable {
  readonly amount_minor?: number | undefined;
  readonly refunds?: readonly RefundEntry[] | undefined;
}

/** Limit of the refunds of a payment, so that its row stays far below the 400 KB of DynamoDB. */
export const MOST_REFUNDS = 100;

/** All refunds of a payment, in the order of their requests. */
export function refundsOf({ refunds = [] }: Refundable): readonly RefundEntry[] {
  return refunds;
}

/** Whether the provider's answer to a refund is unknown. */
export function hasPendingRefund(payment: Refundable): boolean {
  return refundsOf(payment).some(({ state }) => state === 'PENDING');
}

/** What was given back, in minor units. */
export function refundedMinor(payment: Refundable): number {
  return sumOf(refundsOf(payment).filter(({ state }) => state === 'SUCCEEDED'));
}

/** What of a captured payment can still be refunded, in minor units. A pending refund counts as given back. */
export function refundableMinor(payment: Refundable): number {
  return (payment.amount_minor ?? 0) - sumOf(refundsOf(payment).filter(({ state }) => state !== 'DECLINED'));
}

function sumOf(refunds: readonly RefundEntry[]): number {
  return refunds.reduce((sum, { amount_minor }) => sum + amount_minor, 0);
}

/** The id of a refund whose caller named none: such a caller refunds an order once, as a whole. */
export function defaultRefundId(orderId: string): string {
  return orderId;
}

/** The refund of a row that was written before refunds had ids. It refunded the whole payment. */
export function refundOfOldRow(row: OldRow, state: 'PENDING' | 'SUCCEEDED'): RefundEntry {
  return {
    refund_id: defaultRefundId(row.order_id),
    amount_minor: row.amount_minor ?? 0,
    state,
    reason: row.reason ?? '',
    created_at: row.updated_at,
    updated_at: row.updated_at,
  };
}

interface OldRow {
  readonly order_id: string;
  readonly amount_minor?: number | undefined;
  readonly reason?: string | undefined;
  readonly updated_at: string;
}
