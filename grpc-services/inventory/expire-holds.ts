import { isoTime } from '../common/clock.ts';
import { retryOnConflict } from '../common/retry-on-conflict.ts';
import type { Inventory } from './inventory.ts';
import { HOLD_BUCKETS, nextVersion } from './reservation.ts';

/** Orders that are looked up at a time. */
const BATCH = 25;
/** Batches of one bucket in one round; what is left is the next round's. */
const BATCHES_PER_ROUND = 20;

/**
 * One round of the sweeper: gives back the stock of holds that have run out. Any number of instances may do so at once:
 * each hold is expired by whoever comes first.
 *
 * @param report hears of each hold that could not be expired; the others are
 * @returns how many holds this round expired
 */
export async function expireHolds(inventory: Inventory, signal: AbortSignal, report: Report): Promise<number> {
  let expired = 0;
  for (let bucket = 0; bucket < HOLD_BUCKETS; bucket++) {
    expired += await expireBucket(inventory, String(bucket), signal, report);
  }
  return expired;
}

/** Hears what went wrong with the hold of an order. */
export type Report = (orderId: string, error: unknown) => void;

async function expireBucket(
  inventory: Inventory,
  bucket: string,
  signal: AbortSignal,
  report: Report,
): Promise<number> {
  let expired = 0;
  for (let batch = 0; batch < BATCHES_PER_ROUND && !signal.aborted; batch++) {
    const orders = await inventory.reservations.expiredHolds(bucket, inventory.clock(), BATCH, signal);
    let fromBatch = 0;
    for (const orderId of orders) {
      try {
        if (await expireHold(inventory, orderId, signal)) {
          fromBatch++;
        }
      } catch (error) {
        signal.throwIfAborted();
        report(orderId, error);
      }
    }
    expired += fromBatch;
    const onlyLeftoversOfTheIndex = fromBatch === 0;
    if (orders.length < BATCH || onlyLeftoversOfTheIndex) {
      break;
    }
  }
  return expired;
}

/** False when the hold was extended, committed, released or expired by someone else meanwhile. */
function expireHold(inventory: Inventory, orderId: string, signal: AbortSignal): Promise<boolean> {
  return retryOnConflict(async () => {
    const existing = await inventory.reservations.find(orderId, signal);
    const now = inventory.clock();
    if (existing?.state !== 'HELD' || existing.expires_at === undefined || existing.expires_at > now) {
      return false;
    }
    const next = nextVersion(existing, { state: 'EXPIRED' }, isoTime(now));
    const move = { from: 'held', to: 'available' } as const;
    const outcome = await inventory.reservations.apply({ previous: existing, next, move }, signal);
    if (outcome.kind === 'short') {
      throw new Error(`less is held of item ${outcome.line.item_id} than its reservations say`);
    }
    return outcome.kind === 'done';
  }, signal);
}
