import { isoTime } from '../common/clock.ts';
import { RowConflict, retryOnConflict } from '../common/retry-on-conflict.ts';
import type { Inventory } from './inventory.ts';
import { refused, reservationExpired, reservationNotFound, reservationReleased } from './refusals.ts';
import { nextVersion, type Reservation } from './reservation.ts';
import type { Counter } from './reservation-store.ts';

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
        return sell(inventory, existing, 'held', signal);
      case 'EXPIRED':
        return sell(inventory, existing, 'available', signal);
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

async function sell(
  inventory: Inventory,
  existing: Reservation,
  from: Counter,
  signal: AbortSignal,
): Promise<Reservation> {
  const next = nextVersion(existing, { state: 'COMMITTED' }, isoTime(inventory.clock()));
  const outcome = await inventory.reservations.apply({ previous: existing, next, move: { from, to: 'sold' } }, signal);
  switch (outcome.kind) {
    case 'done':
      return next;
    case 'stale':
      throw new RowConflict('the reservation changed after it was read');
    case 'short':
      if (from === 'available') {
        throw reservationExpired();
      }
      throw new Error(`item ${outcome.line.item_id} has less held stock than its reservations say`);
  }
}
