import * as z from 'zod';
import { ORDER_STATUSES } from './order-status.ts';

/** One event in the history of an order. */
export const timelineEntrySchema = z.object({
  /** ISO 8601, UTC. */
  at: z.string(),
  /** The order's status from then on. */
  status: z.enum(ORDER_STATUSES),
  what: z.string(),
  why: z.string().optional(),
});

/** One item of an order. Name and price are known once the stock is reserved. */
export const orderLineSchema = z.object({
  item_id: z.string(),
  count: z.int(),
  name: z.string().optional(),
  /** Minor units of the order's currency. */
  unit_price_minor: z.int().optional(),
});

/** An order as it stands in the orders table. */
export const orderSchema = z.object({
  order_id: z.string(),
  status: z.enum(ORDER_STATUSES),
  lines: z.array(orderLineSchema),
  /** Sum over the lines, in minor units of the currency; known once the stock is reserved. */
  amount_minor: z.int().optional(),
  currency: z.string().optional(),
  /** Distinguishes a repeated request from another one under the same idempotency key. */
  request_hash: z.string(),
  /** Identifies one placement: a later order under the same id has another. Empty in records older than the attribute. */
  placement_id: z.string().default(''),
  /** The provider's token of the payment method; absent where the order is paid by `/payment/pay`. */
  payment_method: z.string().optional(),
  payment_window_seconds: z.int(),
  timeline: z.array(timelineEntrySchema),
  created_at: z.string(),
  updated_at: z.string(),
  /** W3C trace context of the request that placed the order; the saga continues it. */
  traceparent: z.string(),
  /** Present until the saga's first write. ENDED: the execution has ended before it, and only a redrive helps. */
  start_pending: z.enum(['Y', 'ENDED']).optional(),
  /** Present once another request than the first has tried to start the saga. From then on the order is not removed. */
  start_repeated_at: z.string().optional(),
  cancel_requested_at: z.string().optional(),
  /** The payment that has claimed or paid the order. */
  payment_id: z.string().optional(),
  /** When it claimed the order; the claim expires (payment-claim.ts). */
  payment_claimed_at: z.string().optional(),
  /** Completes the saga's task AwaitPayment. A secret: it is in no response and in no log. */
  task_token: z.string().optional(),
  /** The attempt of the task that the token belongs to. */
  task_attempt: z.int().optional(),
  payment_due_at: z.string().optional(),
  reason_code: z.string().optional(),
  reason: z.string().optional(),
  /** The state of the saga that waits for an operator's redrive. */
  parked_step: z.string().optional(),
  /** Who placed the order; absent where the API runs without authentication. */
  owner: z.string().optional(),
});

/** An order as it stands in the orders table. */
export type Order = z.infer<typeof orderSchema>;

/** One item of an order. */
export type OrderLine = z.infer<typeof orderLineSchema>;

/** One event in the history of an order. */
export type TimelineEntry = z.infer<typeof timelineEntrySchema>;
