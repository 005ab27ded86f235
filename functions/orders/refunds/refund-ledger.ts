import type { Order } from '../order.ts';
import type { Refund, RefundStatus } from './refund.ts';

// The refunds of an order, and what follows from them. Nothing here is stored that could contradict the refunds themselves:
// `refundable_minor`, `refunded_minor` and `refund_parked_step` of the record are computed with every write. Pure.

/** The refunds of an order by their ids. */
export type RefundLedger = Readonly<Record<string, Refund>>;

/** An order, as far as its refunds depend on it. */
type RefundedOrder = Pick<Order, 'amount_minor' | 'lines' | 'refunds'>;

/** The refunds of an order by their ids. */
export function refundLedger({ refunds = {} }: Pick<Order, 'refunds'>): RefundLedger {
  return refunds;
}

/** The refunds of a status with their ids, longest requested first. */
export function refundsOfStatus(ledger: RefundLedger, status: RefundStatus): readonly (readonly [string, Refund])[] {
  return Object.entries(ledger)
    .filter(([, refund]) => refund.status === status)
    .toSorted(([, left], [, right]) => (left.requested_at < right.requested_at ? -1 : 1));
}

/** What can still be refunded, in minor units. A refund that was not declined counts as given back. */
export function refundableMinor({ amount_minor = 0, refunds = {} }: RefundedOrder): number {
  return Math.max(0, amount_minor - sumOf(refunds, (refund) => refund.status !== 'DECLINED'));
}

/** What was given back, in minor units. */
export function refundedMinor(ledger: RefundLedger): number {
  return sumOf(ledger, ({ status }) => status === 'SUCCEEDED');
}

function sumOf(ledger: RefundLedger, counts: (refund: Refund) => boolean): number {
  return Object.values(ledger)
    .filter(counts)
    .reduce((sum, { amount_minor }) => sum + amount_minor, 0);
}

/** How many pieces of an item were refunded by lines, or are about to be. */
export function refundedCount(ledger: RefundLedger, itemId: string): number {
  return countOf(ledger, itemId, ({ status }) => status !== 'DECLINED');
}

/** How many pieces of an item came back, or are about to. */
export function returnedCount(ledger: RefundLedger, itemId: string): number {
  return countOf(
    ledger,
    itemId,
    ({ restock, status, stock_returned = false }) => stock_returned || (restock && status !== 'DECLINED'),
  );
}

function countOf(ledger: RefundLedger, itemId: string, counts: (refund: Refund) => boolean): number {
  return Object.values(ledger)
    .filter(counts)
    .flatMap(({ lines = [] }) => lines)
    .filter(({ item_id }) => item_id === itemId)
    .reduce((sum, { count }) => sum + count, 0);
}

/** The step of the refund that waits longest for an operator; undefined where none waits. */
export function parkedRefundStep(ledger: RefundLedger): string | undefined {
  return refundsOfStatus(ledger, 'NEEDS_ATTENTION')[0]?.[1].parked_step;
}
