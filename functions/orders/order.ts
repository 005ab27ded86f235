import * as z from 'zod';
import { KEYS_TO_READ } from '../common/spread-key.ts';
import { ORDER_STATUSES } from './order-status.ts';
import { refundSchema } from './refunds/refund.ts';

/** One event in the history of an order. */
const timelineEntrySchema = z.object({
  /** ISO 8601, UTC. */
  at: z.string(),
  /** The order's status from then on. */
  status: z.enum(ORDER_STATUSES),
  what: z.string(),
  why: z.string().optional(),
});

/** One item of an order. Name and price are known once the stock is reserved. */
const orderLineSchema = z.object({
  item_id: z.string(),
  count: z.int(),
  name: z.string().optional(),
  /** Minor units of the order's currency. */
  unit_price_minor: z.int().optional(),
});

/** The end that an order is heading for, as its record and its customer will read it. */
export const outcomeSchema = z.object({
  status: z.enum(['CONFIRMED', 'REJECTED', 'CANCELLED', 'EXPIRED']),
  code: z.string(),
  reason: z.string(),
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
  /** Present until the saga's first write. ENDED: the execution has ended before it; the reconciliation takes it up. */
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
  /** Where the customer confirms a payment that the provider has asked them about. */
  payment_action_url: z.string().optional(),
  /** Present once a payment was undone because the saga could not be told of it. The order takes no other. */
  payment_undone_at: z.string().optional(),
  /** Present once a captured payment is about to be given back: no run of the saga records it as paid any more. */
  payment_reversed_at: z.string().optional(),
  /** Present while the order is open and its saga has to move it; the key of a sparse index, from the order's id. */
  saga_due: z.enum(KEYS_TO_READ).optional(),
  /** When the reconciliation looks at the order, unless its saga has written before. */
  saga_due_at: z.string().optional(),
  /** The order's current execution: 0 or absent is its first. */
  saga_run: z.int().min(0).optional(),
  /** The runs that the reconciliation has started at this status. Records of an older version have `updated_at` instead. */
  saga_recovery: z
    .object({ tries: z.int().min(0), status: z.enum(ORDER_STATUSES).optional(), updated_at: z.string().optional() })
    .optional(),
  reason_code: z.string().optional(),
  /** For the customer once the order is over; for operators while it is parked. */
  reason: z.string().optional(),
  /** The state of the saga that waits for an operator's redrive. */
  parked_step: z.string().optional(),
  /** Name of the error that parked the order. */
  parked_error: z.string().optional(),
  /** Counts redrives and runs of the saga up to the last parking: tells a late write from a current one. */
  parked_at_redrive_count: z.int().optional(),
  /** The end that the parked step leads to. Absent in records older than the attribute. */
  parked_outcome: outcomeSchema.optional(),
  /** An operator has given the order up: the saga gives money and stock back, and closes it. */
  abandon_requested_at: z.string().optional(),
  abandon_reason: z.string().optional(),
  abandoned_by: z.string().optional(),
  /** The order's refunds by their ids (refunds/refund-ledger.ts). The attributes below follow from them. */
  refunds: z.record(z.string(), refundSchema).optional(),
  /** Increases with each write of the refunds. */
  refund_version: z.int().min(0).optional(),
  /** What can still be refunded, in minor units. Absent: nothing was refunded. */
  refundable_minor: z.int().min(0).optional(),
  /** Sum of the refunds that succeeded, in minor units. */
  refunded_minor: z.int().min(0).optional(),
  /** The step of the refund that waits longest for an operator; the key of a sparse index. */
  refund_parked_step: z.string().optional(),
  /** The last redrive by an operator, with what the order was parked by then. */
  last_redrive: z
    .object({ at: z.string(), by: z.string().optional(), step: z.string().optional(), error: z.string().optional() })
    .optional(),
  /** Who placed the order; absent where the API runs without authentication. */
  owner: z.string().optional(),
});

/** An order as it stands in the orders table. */
export type Order = z.infer<typeof orderSchema>;

/** The end that an order is heading for. */
export type Outcome = z.infer<typeof outcomeSchema>;

/** One item of an order. */
export type OrderLine = z.infer<typeof orderLineSchema>;

/** One event in the history of an order. */
export type TimelineEntry = z.infer<typeof timelineEntrySchema>;
