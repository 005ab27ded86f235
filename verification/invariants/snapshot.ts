import * as z from 'zod';
import { ORDER_STATUSES, type OrderStatus } from '../../functions/orders/order-status.ts';
import { REFUND_STATUSES } from '../../functions/orders/refunds/refund.ts';

/*
 * The schemas read the rows of the tables, and their output types are what the invariants are checked against. They hold
 * only the fields that an invariant or a report needs.
 */

const FINISHED = ['CONFIRMED', 'REJECTED', 'CANCELLED', 'EXPIRED'] as const satisfies readonly OrderStatus[];

/** A status that an order never leaves. */
export type FinishedStatus = (typeof FINISHED)[number];

/** Whether an order in this status has ended. The checker keeps this list of its own; the order service has another. */
export function isFinished(status: OrderStatus): status is FinishedStatus {
  return (FINISHED as readonly OrderStatus[]).includes(status);
}

const line = z
  .object({
    item_id: z.string(),
    count: z.int(),
    /** Only on the lines of an order whose stock was reserved. */
    unit_price_minor: z.int().exactOptional(),
    /** Only on the lines of a reservation: the shards that its pieces came from; absent means the item's own row. */
    taken_from: z
      .array(z.object({ shard: z.int(), count: z.int() }).readonly())
      .readonly()
      .exactOptional(),
  })
  .readonly();

/** A quantity of one item. */
export type LineSnapshot = z.output<typeof line>;

const refund = z
  .object({
    amount_minor: z.int(),
    status: z.enum(REFUND_STATUSES),
    restock: z.boolean(),
    lines: z.array(line).readonly().exactOptional(),
    stock_returned: z.boolean().exactOptional(),
  })
  .readonly();

/** A refund as the record of its order holds it. */
export type RefundSnapshot = z.output<typeof refund>;

const timelineEntry = z
  .object({
    /** ISO 8601. */
    at: z.string(),
    status: z.string(),
    what: z.string(),
    why: z.string().exactOptional(),
  })
  .readonly();

/** A row of the orders table. */
export const orderRow = z
  .object({
    order_id: z.string(),
    status: z.enum(ORDER_STATUSES),
    lines: z.array(line).readonly(),
    /** Whole minor units; absent until the stock is reserved and priced. */
    amount_minor: z.int().exactOptional(),
    currency: z.string().exactOptional(),
    payment_method: z.string().exactOptional(),
    /** ISO 8601. */
    created_at: z.string(),
    /** ISO 8601; present once the order waits for its payment. */
    payment_due_at: z.string().exactOptional(),
    timeline: z.array(timelineEntry).readonly(),
    /** ISO 8601. */
    updated_at: z.string().exactOptional(),
    start_pending: z.string().exactOptional(),
    saga_due: z.string().exactOptional(),
    /** ISO 8601. */
    saga_due_at: z.string().exactOptional(),
    /** Whether there is one: the token itself is a secret. */
    task_token: z
      .string()
      .transform(() => 'present' as const)
      .exactOptional(),
    task_attempt: z.int().exactOptional(),
    /** Whether there is one: it holds the secret of the page on which the customer confirms the payment. */
    payment_action_url: z
      .string()
      .transform(() => 'present' as const)
      .exactOptional(),
    payment_id: z.string().exactOptional(),
    payment_claimed_at: z.string().exactOptional(),
    cancel_requested_at: z.string().exactOptional(),
    reason_code: z.string().exactOptional(),
    reason: z.string().exactOptional(),
    parked_step: z.string().exactOptional(),
    parked_at_redrive_count: z.int().exactOptional(),
    refunds: z.record(z.string(), refund).exactOptional(),
    refundable_minor: z.int().exactOptional(),
    refunded_minor: z.int().exactOptional(),
    abandon_requested_at: z.string().exactOptional(),
  })
  .readonly();

/** An order as the orders table holds it. */
export type OrderSnapshot = z.output<typeof orderRow>;

/** Whether the order costs nothing, so that no provider is asked. */
export function isFree({ amount_minor }: OrderSnapshot): boolean {
  return amount_minor === 0;
}

/** A row of Inventory's items table: an item's own row, which is its shard 0, or another shard `<item id>#<shard>`. */
export const itemRow = z
  .object({
    item_id: z.string(),
    stocked: z.int(),
    available: z.int(),
    held: z.int(),
    sold: z.int(),
    /** Only on the own row of an item that is spread: the number of its rows. */
    shards: z.int().exactOptional(),
    /** Only on an item's own row: what the catalogue gave it. Absent where an older version made the item. */
    seeded: z.int().exactOptional(),
  })
  .readonly();

/** One row of the items table. */
export type ItemRowSnapshot = z.output<typeof itemRow>;

/** The counters of one item in Inventory, all its rows together. */
export interface ItemSnapshot {
  readonly item_id: string;
  readonly stocked: number;
  readonly available: number;
  readonly held: number;
  readonly sold: number;
  /** What the catalogue gave it; absent where that was not recorded. */
  readonly seeded?: number;
  /** Absent: the item has one row, which has these counters. */
  readonly rows?: readonly ItemRowSnapshot[];
}

/** A row `restock#<id>` or `correction#<id>` of Inventory's reservations table. */
export const stockChangeRow = z
  .union([
    z.object({ item_id: z.string(), available: z.int(), previous_available: z.int() }),
    z.object({ item_id: z.string(), count: z.int() }),
  ])
  .transform((row) => ({
    item_id: row.item_id,
    change: 'count' in row ? row.count : row.available - row.previous_available,
  }))
  .readonly();

/** By how much a restock or a correction changed what was stocked of an item. */
export type StockChangeSnapshot = z.output<typeof stockChangeRow>;

/** A row of Inventory's reservations table. A tombstone has no lines. */
export const reservationRow = z
  .object({
    order_id: z.string(),
    state: z.enum(['HELD', 'COMMITTED', 'RELEASED', 'EXPIRED', 'REFUSED']),
    lines: z.array(line).readonly().default([]),
    /** What came back after it was sold; the reservation stays COMMITTED. */
    returns: z
      .array(z.object({ return_id: z.string().exactOptional(), lines: z.array(line).readonly() }).readonly())
      .readonly()
      .exactOptional(),
  })
  .readonly();

/** What Inventory keeps about one order, tombstones included. */
export type ReservationSnapshot = z.output<typeof reservationRow>;

/** What is sold to the order: the lines of a committed reservation without those that came back. */
export function soldLines({ state, lines, returns = [] }: ReservationSnapshot): readonly LineSnapshot[] {
  if (state !== 'COMMITTED') {
    return [];
  }
  const returned = Map.groupBy(
    returns.flatMap((entry) => entry.lines),
    ({ item_id }) => item_id,
  );
  return lines
    .map(({ item_id, count }) => ({
      item_id,
      count: count - (returned.get(item_id) ?? []).reduce((sum, line) => sum + line.count, 0),
    }))
    .filter(({ count }) => count !== 0);
}

/** Whether stock is sold to the order and has not all come back. */
export function isSold(reservation: ReservationSnapshot | undefined): boolean {
  if (reservation?.state !== 'COMMITTED') {
    return false;
  }
  return reservation.returns === undefined || soldLines(reservation).length > 0;
}

/** Every state a reservation can be read in. */
export type ReservationState = ReservationSnapshot['state'];

/** A payment's row of the payments table. A tombstone has no amount. */
export const paymentRow = z
  .object({
    order_id: z.string(),
    state: z.enum(['PENDING', 'ACTION_REQUIRED', 'AUTHORIZED', 'DECLINED', 'CAPTURED', 'VOIDED', 'REFUNDED']),
    amount_minor: z.int().exactOptional(),
    currency: z.string().exactOptional(),
    refunds: z
      .array(
        z
          .object({
            refund_id: z.string(),
            amount_minor: z.int(),
            state: z.enum(['PENDING', 'SUCCEEDED', 'DECLINED']),
          })
          .readonly(),
      )
      .readonly()
      .exactOptional(),
  })
  .readonly();

/** What Payment keeps about one order, tombstones included. */
export type PaymentSnapshot = z.output<typeof paymentRow>;

/** Every state a payment can be read in. */
export type PaymentState = PaymentSnapshot['state'];

const CHARGE_KEY = /^charge#(?<order_id>[^#]+)#/;

/** A row of the simulated provider's ledger, kept in the payments table under `charge#<order>#<payment>`. */
export const chargeRow = z
  .object({
    order_id: z.string().regex(CHARGE_KEY),
    /** UNANSWERED took no money. */
    state: z.enum(['ACTION_REQUIRED', 'AUTHORIZED', 'CAPTURED', 'VOIDED', 'REFUNDED', 'DECLINED', 'UNANSWERED']),
    amount_minor: z.int(),
    currency: z.string(),
    /** How often the provider took the money. */
    captures: z.int().default(0),
    /** How often the provider gave all of it back. */
    refunds: z.int().default(0),
    /** How much the provider gave back. */
    refunded_minor: z.int().exactOptional(),
  })
  .transform(({ order_id: key, ...charge }) => ({
    ...charge,
    charge_id: key,
    order_id: CHARGE_KEY.exec(key)?.groups?.order_id ?? key,
  }))
  .readonly();

/** One charge in the payment provider's ledger: an order has one per attempt to pay. */
export type ChargeSnapshot = z.output<typeof chargeRow>;

/** Every state a charge can be read in. */
export type ChargeState = ChargeSnapshot['state'];

/** Every status of a Step Functions execution. */
export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED' | 'PENDING_REDRIVE';

/** One execution of the order saga; its name is the order's id. */
export interface ExecutionSnapshot {
  readonly order_id: string;
  readonly status: ExecutionStatus;
  /** As DescribeExecution reports it; read for failed executions only. */
  readonly redrivable?: boolean;
}

/** When a client sent a request and when it had the answer, in epoch milliseconds of one clock. */
export interface AnswerTime {
  readonly asked_at: number;
  readonly answered_at: number;
}

/** A promise that the HTTP API made to a client by an answer. */
export type ApiPromise = (
  | /** 202 to /orders/place. */
  { readonly kind: 'order-accepted'; readonly order_id: string; readonly idempotency_key?: string }
  /** `data: true` from /payment/pay. */
  | { readonly kind: 'payment-settled'; readonly order_id: string }
  /** 202 to /orders/cancel. */
  | { readonly kind: 'cancellation-accepted'; readonly order_id: string }
  /** 202 to /orders/refund. */
  | { readonly kind: 'refund-accepted'; readonly order_id: string; readonly refund_id: string }
  /** A status shown by any answer. */
  | { readonly kind: 'status-shown'; readonly order_id: string; readonly status: OrderStatus }
) & {
  /** Absent where the client recorded no times. */
  readonly when?: AnswerTime;
};

/** Everything the invariants are checked against, read while nothing changes. */
export interface Snapshot {
  /** ISO 8601; when the reading began. */
  readonly taken_at: string;
  readonly orders: readonly OrderSnapshot[];
  readonly items: readonly ItemSnapshot[];
  readonly reservations: readonly ReservationSnapshot[];
  /** All restocks and corrections; absent where nobody read them. */
  readonly stock_changes?: readonly StockChangeSnapshot[];
  readonly payments: readonly PaymentSnapshot[];
  readonly charges: readonly ChargeSnapshot[];
  readonly executions: readonly ExecutionSnapshot[];
  /** The promises clients received; empty where nobody recorded them. */
  readonly answers: readonly ApiPromise[];
}
