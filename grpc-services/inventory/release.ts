import { isoTime } from '../common/clock.ts';
import { RowConflict, retryOnConflict } from '../common/retry-on-conflict.ts';
import type { Inventory } from './inventory.ts';
import { reservationCommitted } from './refusals.ts';
import { nextVersion, type Reservation } from './reservation.ts';
import type { ReservationChange } from './reservation-store.ts';

/** A Release request. */
export interface ReleaseOrder {
  readonly orderId: string;
  readonly reason: string;
}

/**
 * Makes held stock available again, and refuses every later Reserve and Commit of the order. That holds as well for an
 * order without a reservation (a tombstone is written), with an expired hold, or with a refused reservation.
 */
export function release(inventory: Inventory, order: ReleaseOrder, signal: AbortSignal): Promise<Reservation> {
  return retryOnConflict(async () => {
    const existing = await inventory.reservations.find(order.orderId, signal);
    if (existing?.state === 'RELEASED') {
      return existing;
    }
    if (existing?.state === 'COMMITTED') {
      throw reservationCommitted();
    }
    const change = releaseChange(inventory, order, existing);
    const outcome = await inventory.reservations.apply(change, signal);
    if (outcome.kind === 'short') {
      throw new Error(`item ${outcome.line.item_id} has less held stock than its reservations say`);
    }
    if (outcome.kind === 'stale') {
      throw new RowConflict('the reservation changed after it was read');
    }
    return change.next;
  }, signal);
}

function releaseChange(
  inventory: Inventory,
  { orderId, reason }: ReleaseOrder,
  existing: Reservation | undefined,
): ReservationChange {
  const now = isoTime(inventory.clock());
  if (existing === undefined) {
    return { previous: undefined, next: tombstone(orderId, reason, now) };
  }
  const next = nextVersion(existing, { state: 'RELEASED', reason }, now);
  if (existing.state !== 'HELD') {
    return { previous: existing, next };
  }
  return { previous: existing, next, move: { from: 'held', to: 'available' } };
}

function tombstone(orderId: string, reason: string, now: string): Reservation {
  return {
    order_id: orderId,
    state: 'RELEASED',
    lines: [],
    total_minor: 0,
    currency: '',
    reason,
    created_at: now,
    updated_at: now,
    version: 1,
  };
}
