import { isoTime } from '../common/clock.ts';
import { RowConflict, retryOnConflict } from '../common/retry-on-conflict.ts';
import { allocate } from './allocation.ts';
import type { Inventory } from './inventory.ts';
import type { PricedLine } from './order-lines.ts';
import { refused, reservationExpired, reservationNotFound, reservationReleased } from './refusals.ts';
import { nextVersion, type Reservation } from './reservation.ts';
import type { ChangeOutcome, Counter } from './reservation-store.ts';
import { takenFrom } from './shards.ts';

/** Turns held stock into sold stock. For an expired hold it takes the stock again: all lines or none. */
export function commit(inventory: Inventory, orderId: string, signal: AbortSignal): Promise<Reservation> {
  return retryOnConflict(async () => {
    const existing = await inventory.reservations.find(orderId, signal);
    if (existing === undefined) {
      throw reservationNotFound();
    }
    switch (existing.state) {
      case 'COMMITTED':
        return existing;
      case 'HELD':
        return sellHeld(inventory, existing, signal);
      case 'EXPIRED':
        return takeAgain(inventory, existing, signal);
      case 'RELEASED':
        throw reservationReleased();
      case 'REFUSED':
        if (existing.refusal === undefined) {
          throw new Error('a refused reservation has no refusal');
        }
        throw refused(existing.refusal);
    }
  }, signal);
}

async function sellHeld(inventory: Inventory, existing: Reservation, signal: AbortSignal): Promise<Reservation> {
  const sold = await trySell(inventory, existing, { from: 'held', lines: existing.lines }, signal);
  if (sold.kind === 'short') {
    throw new Error(`item ${sold.line.item_id} has less held stock than its reservations say`);
  }
  return sold.reservation;
}

/** Sells from the rows that the hold had, or else from any rows that have enough. */
async function takeAgain(inventory: Inventory, existing: Reservation, signal: AbortSignal): Promise<Reservation> {
  const { lines } = existing;
  const sold = await trySell(inventory, existing, { from: 'available', lines }, signal);
  if (sold.kind === 'done') {
    return sold.reservation;
  }
  if (!sold.spread) {
    throw reservationExpired();
  }
  const request = { orderId: existing.order_id, lines };
  const { portions, refusal } = await allocate(inventory, request, signal);
  if (refusal !== undefined) {
    throw reservationExpired();
  }
  const elsewhere = lines.map(({ taken_from: _before, ...line }) => ({
    ...line,
    ...takenFrom(portions.get(line.item_id) ?? []),
  }));
  const again = await trySell(inventory, existing, { from: 'available', lines: elsewhere }, signal);
  if (again.kind === 'short') {
    throw new RowConflict('an item changed after it was read');
  }
  return again.reservation;
}

type Sale = { readonly kind: 'done'; readonly reservation: Reservation } | Extract<ChangeOutcome, { kind: 'short' }>;

async function trySell(
  inventory: Inventory,
  existing: Reservation,
  { from, lines }: { readonly from: Counter; readonly lines: PricedLine[] },
  signal: AbortSignal,
): Promise<Sale> {
  const next = nextVersion(existing, { state: 'COMMITTED', lines }, isoTime(inventory.clock()));
  const outcome = await inventory.reservations.apply({ previous: existing, next, move: { from, to: 'sold' } }, signal);
  switch (outcome.kind) {
    case 'done':
      return { kind: 'done', reservation: next };
    case 'stale':
      throw new RowConflict('the reservation changed after it was read');
    case 'short':
      return outcome;
  }
}
