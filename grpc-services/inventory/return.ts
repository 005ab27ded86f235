import { isoTime } from '../common/clock.ts';
import { RowConflict, retryOnConflict } from '../common/retry-on-conflict.ts';
import type { Inventory } from './inventory.ts';
import { type Line, sameLines } from './order-lines.ts';
import {
  reservationNotCommitted,
  reservationNotFound,
  returnExceedsSold,
  returnMismatch,
  tooManyReturns,
} from './refusals.ts';
import { nextVersion, type Reservation, returnedCount, returnsOf } from './reservation.ts';
import { portionsOf, slicePortions, type TakenLine, takenFrom } from './shards.ts';

/** A Return request. */
export interface ReturnOrder {
  readonly orderId: string;
  readonly returnId: string;
  /** Empty: all that the order still has. */
  readonly lines: readonly Line[];
  readonly reason: string;
}

/** Limit of the returns of an order, so that its row stays far below the 400 KB of DynamoDB. */
const MOST_RETURNS = 100;

/**
 * Makes sold stock of an order available again, once per return id and never more than was sold. The reservation stays
 * COMMITTED. An order whose stock is not sold is refused, and no tombstone is written: stopping it is the job of Release.
 */
export function returnStock(inventory: Inventory, order: ReturnOrder, signal: AbortSignal): Promise<Reservation> {
  return retryOnConflict(async () => {
    const existing = await inventory.reservations.find(order.orderId, signal);
    if (existing === undefined) {
      throw reservationNotFound();
    }
    if (existing.state !== 'COMMITTED') {
      throw reservationNotCommitted();
    }
    const earlier = returnsOf(existing).find(({ return_id }) => return_id === order.returnId);
    if (earlier === undefined) {
      return moveBack(inventory, existing, order, signal);
    }
    if (order.lines.length > 0 && !sameLines(earlier.lines, order.lines)) {
      throw returnMismatch();
    }
    return existing;
  }, signal);
}

async function moveBack(
  inventory: Inventory,
  existing: Reservation,
  { returnId, lines: asked, reason }: ReturnOrder,
  signal: AbortSignal,
): Promise<Reservation> {
  const left = returnable(existing);
  const lines = asked.length === 0 ? left : asked;
  if (lines.length === 0) {
    return existing;
  }
  assertReturnable(lines, left);
  const returns = returnsOf(existing);
  if (returns.length >= MOST_RETURNS) {
    throw tooManyReturns();
  }
  const now = isoTime(inventory.clock());
  const entry = { return_id: returnId, lines, reason, returned_at: now };
  const next = nextVersion(existing, { returns: [...returns, entry] }, now);
  const move = { from: 'sold', to: 'available', lines: comingBack(existing, lines) } as const;
  const outcome = await inventory.reservations.apply({ previous: existing, next, move }, signal);
  switch (outcome.kind) {
    case 'done':
      return next;
    case 'stale':
      throw new RowConflict('the reservation changed after it was read');
    case 'short':
      throw new Error(`item ${outcome.line.item_id} has less sold stock than its reservations say`);
  }
}

/** The lines with the rows that they go back to: where the order took them from, in the same sequence. */
function comingBack(reservation: Reservation, lines: readonly Line[]): readonly TakenLine[] {
  return lines.map(({ item_id, count }) => {
    const sold = reservation.lines.find((line) => line.item_id === item_id);
    const portions = sold === undefined ? [] : portionsOf(sold);
    return { item_id, count, ...takenFrom(slicePortions(portions, returnedCount(reservation, item_id), count)) };
  });
}

/** What the order still has, without the lines that came back in full. */
function returnable(reservation: Reservation): readonly Line[] {
  return reservation.lines
    .map(({ item_id, count }) => ({ item_id, count: count - returnedCount(reservation, item_id) }))
    .filter(({ count }) => count > 0);
}

function assertReturnable(lines: readonly Line[], left: readonly Line[]): void {
  for (const { item_id, count } of lines) {
    const most = left.find((line) => line.item_id === item_id)?.count ?? 0;
    if (count > most) {
      throw returnExceedsSold(item_id, count, most);
    }
  }
}
