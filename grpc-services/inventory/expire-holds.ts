import { isoTime } from '../common/clock.ts';
import { retryOnConflict } from '../common/retry-on-conflict.ts';
import type { Inventory } from './inventory.ts';
import { HOLD_BUCKETS, nextVersion } from './reservation.ts';

/** Orders per query of the index, beside those that the round could not expire. */
const BATCH = 25;
/** Batches per bucket and round. The next round does the rest. */
const BATCHES_PER_ROUND = 20;

/** Receives the order whose hold could not be expired, and the error. */
export type ReportFailure = (orderId: string, error: unknown) => void;

/**
 * One round of the sweeper: releases the stock of expired holds. Several instances may sweep at the same time; each hold is
 * expired once.
 *
 * @param report called for each hold that could not be expired; the round goes on with the others
 * @returns the number of holds that this round expired
 */
export async function expireHolds(inventory: Inventory, signal: AbortSignal, report: ReportFailure): Promise<number> {
  let expired = 0;
  for (let bucket = 0; bucket < HOLD_BUCKETS; bucket++) {
    expired += await expireBucket(inventory, String(bucket), signal, report);
  }
  return expired;
}

async function expireBucket(
  inventory: Inventory,
  bucket: string,
  signal: AbortSignal,
  report: ReportFailure,
): Promise<number> {
  const left = new Set<string>();
  let expired = 0;
  for (let batch = 0; batch < BATCHES_PER_ROUND && !signal.aborted; batch++) {
    // Orders that stay in the index must not keep the sweeper from those behind them.
    const limit = BATCH + left.size;
    const listed = await inventory.reservations.expiredHolds(bucket, inventory.clock(), limit, signal);
    for (const orderId of listed.filter((listedOrder) => !left.has(listedOrder))) {
      try {
        if (await expireHold(inventory, orderId, signal)) {
          expired++;
        } else {
          left.add(orderId);
        }
      } catch (error) {
        signal.throwIfAborted();
        report(orderId, error);
        left.add(orderId);
      }
    }
    if (listed.length < limit) {
      break;
    }
  }
  return expired;
}

/** False when the hold was extended, committed, released or already expired in the meantime. */
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
      throw new Error(`item ${outcome.line.item_id} has less held stock than its reservations say`);
    }
    return outcome.kind === 'done';
  }, signal);
}
