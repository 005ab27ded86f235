import * as z from 'zod';
import { orderStatuses } from '../order-status.ts';
import type { ChargeSnapshot, ItemSnapshot, OrderSnapshot, PaymentSnapshot, ReservationSnapshot } from '../snapshot.ts';
import { withoutAbsent } from './without-absent.ts';

const line = z.object({ item_id: z.string(), count: z.int() });

const timelineEntry = z
  .object({ at: z.string(), status: z.string(), what: z.string(), why: z.string().optional() })
  .transform(withoutAbsent);

/** A row of the orders table. */
export const orderRow: z.ZodType<OrderSnapshot> = z
  .object({
    order_id: z.string(),
    status: z.enum(orderStatuses),
    lines: z.array(line),
    amount_minor: z.int().optional(),
    currency: z.string().optional(),
    payment_method: z
      .string()
      .nullish()
      .transform((method) => method ?? undefined),
    created_at: z.string(),
    payment_due_at: z.string().optional(),
    timeline: z.array(timelineEntry),
  })
  .transform(withoutAbsent);

/** A row of Inventory's items table. */
export const itemRow: z.ZodType<ItemSnapshot> = z.object({
  item_id: z.string(),
  stocked: z.int(),
  available: z.int(),
  held: z.int(),
  sold: z.int(),
});

/** A row of Inventory's reservations table. A tombstone has no lines. */
export const reservationRow: z.ZodType<ReservationSnapshot> = z.object({
  order_id: z.string(),
  state: z.enum(['HELD', 'COMMITTED', 'RELEASED', 'EXPIRED', 'REFUSED']),
  lines: z.array(line).default([]),
});

/** A payment's row of the payments table. A tombstone has no amount. */
export const paymentRow: z.ZodType<PaymentSnapshot> = z
  .object({
    order_id: z.string(),
    state: z.enum(['PENDING', 'AUTHORIZED', 'DECLINED', 'CAPTURED', 'VOIDED', 'REFUNDED']),
    amount_minor: z.int().optional(),
    currency: z.string().optional(),
  })
  .transform(withoutAbsent);

const CHARGE_KEY = /^charge#(?<order_id>[^#]+)#/;

/** A row of the simulated provider's books, kept in the payments table under `charge#<order>#<payment>`. */
export const chargeRow: z.ZodType<ChargeSnapshot> = z
  .object({
    order_id: z.string().regex(CHARGE_KEY),
    state: z.enum(['AUTHORIZED', 'CAPTURED', 'VOIDED', 'REFUNDED', 'DECLINED', 'UNANSWERED']),
    amount_minor: z.int(),
    currency: z.string(),
    captures: z.int().default(0),
    refunds: z.int().default(0),
  })
  .transform(({ order_id: key, ...charge }) => ({
    ...charge,
    charge_id: key,
    order_id: CHARGE_KEY.exec(key)?.groups?.order_id ?? key,
  }));

/** Whether a row of the payments table belongs to the provider's books. */
export function isChargeRow(row: Readonly<Record<string, unknown>>): boolean {
  return String(row.order_id).startsWith('charge#');
}

/** Whether a row is what its table is about, and not bookkeeping under a key of its own such as `restock#<id>`. */
export function isPlainRow(row: Readonly<Record<string, unknown>>): boolean {
  return !String(row.order_id).includes('#');
}
