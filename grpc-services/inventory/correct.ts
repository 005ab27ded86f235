import { isoTime } from '../common/clock.ts';
import { retryOnConflict } from '../common/retry-on-conflict.ts';
import type { Correction } from './correction-store.ts';
import type { Inventory } from './inventory.ts';
import { type Item, wholeItem } from './item.ts';
import { correctionMismatch, refused } from './refusals.ts';

/** A Correct request. */
export interface CorrectItem {
  readonly requestId: string;
  readonly itemId: string;
  readonly available: number;
  readonly reason: string;
  readonly correctedBy: string;
}

/** The answer to Correct. */
export interface Corrected {
  /** The item as it is now. */
  readonly item: Item;
  /** What was available right before the correction. */
  readonly previousAvailable: number;
}

/** Sets what is available of an item; each request id does so once. What is held or sold stays so. */
export function correct(inventory: Inventory, request: CorrectItem, signal: AbortSignal): Promise<Corrected> {
  const { requestId, itemId, available } = request;
  return retryOnConflict(async () => {
    const earlier = await inventory.corrections.find(requestId, signal);
    if (earlier !== undefined && !(earlier.item_id === itemId && earlier.available === available)) {
      throw correctionMismatch();
    }
    const stock = (await inventory.rows.stocks([itemId], signal)).get(itemId);
    if (stock === undefined) {
      throw refused({ reason: 'ITEM_NOT_FOUND', item_id: itemId });
    }
    const item = wholeItem(stock);
    if (earlier !== undefined) {
      return { item, previousAvailable: earlier.previous_available };
    }
    const correction = correctionOf(inventory, request, item);
    await inventory.corrections.apply(requestId, correction, stock, signal);
    const stocked = item.stocked + available - item.available;
    return { item: { ...item, available, stocked }, previousAvailable: item.available };
  }, signal);
}

function correctionOf({ clock }: Inventory, request: CorrectItem, item: Item): Correction {
  return {
    item_id: item.item_id,
    available: request.available,
    previous_available: item.available,
    reason: request.reason,
    corrected_by: request.correctedBy,
    corrected_at: isoTime(clock()),
  };
}
