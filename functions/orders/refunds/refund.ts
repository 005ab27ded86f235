import * as z from 'zod';

/**
 * Status of a refund.
 *
 * - REQUESTED: its saga returns stock and gives the money back
 * - SUCCEEDED: the money was given back
 * - DECLINED: the payment provider, or a service, refused; nothing was given back
 * - NEEDS_ATTENTION: a step has used up its retries
 */
export const REFUND_STATUSES = ['REQUESTED', 'SUCCEEDED', 'DECLINED', 'NEEDS_ATTENTION'] as const;

/** Status of a refund; see {@link REFUND_STATUSES}. */
export type RefundStatus = (typeof REFUND_STATUSES)[number];

/** Steps of the refund saga that may be parked. */
export const REFUND_STEPS = ['ReturnInventory', 'RefundPayment', 'RecordRefund', 'RecordDecline'] as const;

/** Pieces of one item of the order. */
const refundLineSchema = z.object({ item_id: z.string(), count: z.int().min(1) });

/** One refund of an order, as the order's record keeps it. */
export const refundSchema = z.object({
  /** Minor units of the order's currency. 0: stock comes back, and no money is asked for. */
  amount_minor: z.int().min(0),
  /** The pieces that the refund is for; absent where it is for an amount alone. */
  lines: z.array(refundLineSchema).optional(),
  /** The pieces become available again. */
  restock: z.boolean(),
  /** Why, for operators. */
  reason: z.string(),
  status: z.enum(REFUND_STATUSES),
  requested_at: z.string(),
  /** Absent where the API runs without authentication, and for a refund made at the Payment service. */
  requested_by: z.string().optional(),
  /** Tells a repeated request from another one under the same idempotency key. */
  request_hash: z.string().optional(),
  /** W3C trace context of the request; the saga continues it. */
  traceparent: z.string().optional(),
  ended_at: z.string().optional(),
  /** Why it was declined. */
  code: z.string().optional(),
  /** The pieces came back. They stay returned where the refund itself was declined. */
  stock_returned: z.boolean().optional(),
  /** Number of its current execution: 0 or absent is its first. */
  run: z.int().min(0).optional(),
  /** Executions that the reconciliation has started since the request, or since the last redrive. */
  tries: z.int().min(0).optional(),
  parked_step: z.string().optional(),
  parked_error: z.string().optional(),
  /** A sentence for operators. */
  parked_reason: z.string().optional(),
  /** The last redrive by an operator, and the error that it was to cure. */
  redriven: z.object({ at: z.string(), by: z.string().optional(), error: z.string().optional() }).optional(),
});

/** One refund of an order. */
export type Refund = z.infer<typeof refundSchema>;

/** Pieces of one item of the order. */
export type RefundLine = z.infer<typeof refundLineSchema>;
