import { isoTime } from '../common/clock.ts';
import { RowConflict, retryOnConflict } from '../common/retry-on-conflict.ts';
import { allocate } from './allocation.ts';
import type { Inventory } from './inventory.ts';
import { type Line, type PricedLine, priced, sameLines, totalOf } from './order-lines.ts';
import { type Refusal, refused, reservationExpired, reservationMismatch, reservationReleased } from './refusals.ts';
import { holdBucket, nextVersion, type Reservation } from './reservation.ts';

/** A Reserve request. */
export interface ReserveOrder {
  readonly orderId: string;
  readonly lines: readonly Line[];
  /** 0 means the default of the service. */
  readonly holdSeconds: number;
}

/**
 * Holds all lines or none. A repeated call gets the same reservation with its hold extended, or the same refusal. A call
 * after Release, or after the hold expired, is refused.
 */
export function reserve(inventory: Inventory, order: ReserveOrder, signal: AbortSignal): Promise<Reservation> {
  return retryOnConflict(async () => {
    const { items, portions, refusal } = await allocate(inventory, order, signal);
    const lines = priced(order.lines, items, portions);
    return refusal === undefined
      ? await hold(inventory, order, lines, signal)
      : await refuse(inventory, order, lines, refusal, signal);
  }, signal);
}

async function hold(
  inventory: Inventory,
  order: ReserveOrder,
  lines: PricedLine[],
  signal: AbortSignal,
): Promise<Reservation> {
  const next: Reservation = {
    ...firstVersion(inventory, order, lines),
    state: 'HELD',
    hold_bucket: holdBucket(order.orderId),
    expires_at: expiry(inventory, order),
  };
  const move = { from: 'available', to: 'held' } as const;
  const outcome = await inventory.reservations.apply({ previous: undefined, next, move }, signal);
  switch (outcome.kind) {
    case 'done':
      return next;
    case 'stale':
      return answerExisting(inventory, order, outcome.current, signal);
    case 'short': {
      const { line, available, spread } = outcome;
      // A row that is empty says nothing about the item's other rows: the next attempt looks there.
      if (available === undefined || spread) {
        throw new RowConflict('an item changed after it was read');
      }
      const why = { reason: 'OUT_OF_STOCK', item_id: line.item_id, requested: line.count, available } as const;
      return refuse(inventory, order, lines, why, signal);
    }
  }
}

/** Keeps the refusal, so that a later restock does not turn a "no" that the caller heard into a "yes". */
async function refuse(
  inventory: Inventory,
  order: ReserveOrder,
  known: PricedLine[],
  refusal: Refusal,
  signal: AbortSignal,
): Promise<Reservation> {
  const lines = order.lines.map(
    (line) => known.find(({ item_id }) => item_id === line.item_id) ?? { ...line, ...UNKNOWN_ITEM },
  );
  const next: Reservation = { ...firstVersion(inventory, order, lines), state: 'REFUSED', refusal };
  const outcome = await inventory.reservations.apply({ previous: undefined, next }, signal);
  if (outcome.kind === 'stale') {
    return answerExisting(inventory, order, outcome.current, signal);
  }
  throw refused(refusal);
}

const UNKNOWN_ITEM = { name: '', unit_price_minor: 0, currency: '' };

/** The answer for an order that already has a reservation. */
async function answerExisting(
  inventory: Inventory,
  order: ReserveOrder,
  existing: Reservation | undefined,
  signal: AbortSignal,
): Promise<Reservation> {
  if (existing === undefined) {
    throw new RowConflict('the reservation was there a moment ago');
  }
  const tombstone = existing.state === 'RELEASED' && existing.lines.length === 0;
  if (!tombstone && !sameLines(existing.lines, order.lines)) {
    throw reservationMismatch();
  }
  switch (existing.state) {
    case 'HELD':
      return extend(inventory, order, existing, signal);
    case 'COMMITTED':
      return existing;
    case 'REFUSED':
      if (existing.refusal === undefined) {
        throw new Error('a refused reservation has no refusal');
      }
      throw refused(existing.refusal);
    case 'RELEASED':
      throw reservationReleased();
    case 'EXPIRED':
      throw reservationExpired();
  }
}

async function extend(
  inventory: Inventory,
  order: ReserveOrder,
  existing: Reservation,
  signal: AbortSignal,
): Promise<Reservation> {
  const expires_at = Math.max(existing.expires_at ?? 0, expiry(inventory, order));
  if (expires_at === existing.expires_at) {
    return existing;
  }
  const change = { expires_at, hold_bucket: holdBucket(order.orderId) };
  const next = nextVersion(existing, change, isoTime(inventory.clock()));
  const outcome = await inventory.reservations.apply({ previous: existing, next }, signal);
  if (outcome.kind !== 'done') {
    throw new RowConflict('the reservation changed after it was read');
  }
  return next;
}

function expiry({ clock, defaultHoldSeconds }: Inventory, { holdSeconds }: ReserveOrder): number {
  return clock() + (holdSeconds === 0 ? defaultHoldSeconds : holdSeconds) * 1_000;
}

function firstVersion({ clock }: Inventory, { orderId }: ReserveOrder, lines: PricedLine[]) {
  const now = isoTime(clock());
  return { order_id: orderId, lines, ...totalOf(lines), created_at: now, updated_at: now, version: 1 };
}
