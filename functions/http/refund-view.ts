import type * as z from 'zod';
import type { Order } from '../orders/order.ts';
import type { Refund, RefundStatus } from '../orders/refunds/refund.ts';
import { refundLedger } from '../orders/refunds/refund-ledger.ts';
import type { orderStatusSchema } from './contract/order-status.ts';

type OrderView = z.infer<typeof orderStatusSchema>;

/** One refund as `GET /orders/status` answers it. */
type RefundView = NonNullable<OrderView['refunds']>[number];

/** The refunds of an order, oldest first. A customer reads how much and how far, an operator also why. */
export function refundViews(order: Order, forOperators: boolean): Pick<OrderView, 'refunds' | 'refunded'> {
  const refunds = Object.entries(refundLedger(order)).toSorted(([, left], [, right]) =>
    left.requested_at.localeCompare(right.requested_at),
  );
  if (refunds.length === 0) {
    return {};
  }
  const money = (value: number) => ({ value, currency: order.currency });
  return {
    refunds: refunds.map(([refund_id, refund]) => ({
      refund_id,
      amount: money(refund.amount_minor),
      status: forOperators ? refund.status : statusForCustomers(refund.status),
      lines: refund.lines?.map(({ item_id, count }) => ({ id: item_id, count })),
      requested_at: refund.requested_at,
      ended_at: refund.ended_at,
      ...(forOperators && detailsForOperators(refund)),
    })),
    refunded: money(order.refunded_minor ?? 0),
  };
}

function detailsForOperators(refund: Refund): Partial<RefundView> {
  const { restock, stock_returned, reason, requested_by, code, parked_step, parked_reason } = refund;
  return { restock, stock_returned, reason, requested_by, code, parked_step, parked_reason };
}

/** A refund that waits for an operator is under way, as far as its customer is concerned. */
function statusForCustomers(status: RefundStatus): RefundStatus {
  return status === 'NEEDS_ATTENTION' ? 'REQUESTED' : status;
}
