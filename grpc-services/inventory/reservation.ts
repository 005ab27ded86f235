import * as z from 'zod';
import { type Reservation as ReservationMessage, ReservationState } from '../../proto/gen/inventory/v1/inventory.ts';
import { bucketOf } from '../common/bucketed-index.ts';
import { orderLine, pricedLine } from './order-lines.ts';
import { refusal } from './refusals.ts';

const returnEntry = z
  .object({ return_id: z.string(), lines: z.array(orderLine).readonly(), reason: z.string(), returned_at: z.string() })
  .readonly();

/** Stock of an order that was sold and came back. */
export type ReturnEntry = z.output<typeof returnEntry>;

/** A row of the reservations table. Times are ISO 8601, except `expires_at`: milliseconds since the epoch. */
export const reservationRow = z.object({
  order_id: z.string(),
  state: z.enum(['HELD', 'COMMITTED', 'RELEASED', 'EXPIRED', 'REFUSED']),
  /** Empty in a tombstone: a Release that came before its Reserve. */
  lines: z.array(pricedLine),
  total_minor: z.int(),
  /** Empty if there are no lines. */
  currency: z.string(),
  expires_at: z.int().optional(),
  hold_bucket: z.string().optional(),
  /** Why it was released. */
  reason: z.string().optional(),
  refusal: refusal.optional(),
  /** Only of a COMMITTED reservation, in the order in which the stock came back. */
  returns: z.array(returnEntry).readonly().optional(),
  created_at: z.string(),
  updated_at: z.string(),
  /** Increases with each write; every write is conditional on the version that was read. */
  version: z.int(),
});

/** The reservation of an order. */
export type Reservation = Readonly<z.output<typeof reservationRow>>;

/** Partitions of the index of holds, so that no single partition takes every write. */
export const HOLD_BUCKETS = 8;

/** The index partition of an order's hold. */
export function holdBucket(orderId: string): string {
  return bucketOf(orderId, HOLD_BUCKETS);
}

/** The next version of a reservation. It leaves the index of holds unless `change` has a `hold_bucket`. */
export function nextVersion(previous: Reservation, change: Partial<Reservation>, now: string): Reservation {
  const { hold_bucket: _noLongerHeld, ...kept } = previous;
  return { ...kept, ...change, updated_at: now, version: previous.version + 1 };
}

/** All returns of an order. */
export function returnsOf({ returns = [] }: Reservation): readonly ReturnEntry[] {
  return returns;
}

/** How many pieces of an item came back. */
export function returnedCount(reservation: Reservation, itemId: string): number {
  return returnsOf(reservation)
    .flatMap(({ lines }) => lines)
    .filter(({ item_id }) => item_id === itemId)
    .reduce((sum, { count }) => sum + count, 0);
}

/** The reservation as a message of the contract. */
export function reservationMessage(reservation: Reservation): ReservationMessage {
  return {
    orderId: reservation.order_id,
    state: ReservationState[reservation.state],
    lines: reservation.lines.map((line) => ({
      itemId: line.item_id,
      name: line.name,
      count: line.count,
      unitPrice: { minorUnits: line.unit_price_minor, currency: line.currency },
      returned: returnedCount(reservation, line.item_id),
    })),
    total:
      reservation.currency === '' ? undefined : { minorUnits: reservation.total_minor, currency: reservation.currency },
    expiresAt: reservation.expires_at === undefined ? undefined : new Date(reservation.expires_at),
    createdAt: new Date(reservation.created_at),
    updatedAt: new Date(reservation.updated_at),
  };
}
