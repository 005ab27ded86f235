import { invalid } from '../common/request-validation.ts';
import { RowConflict, retryOnConflict } from '../common/retry-on-conflict.ts';
import type { Inventory } from './inventory.ts';
import type { Item, NewItem } from './item.ts';
import { restockMismatch } from './refusals.ts';
import type { Restocking } from './restock-store.ts';

/** Adds stock, and the item itself if it is new; each request id does so once. Returns the item as it is now. */
export function restock(
  inventory: Inventory,
  requestId: string,
  restocking: Restocking,
  signal: AbortSignal,
): Promise<Item> {
  return retryOnConflict(async () => {
    const earlier = await inventory.restocks.find(requestId, signal);
    if (earlier !== undefined && !same(earlier, restocking)) {
      throw restockMismatch();
    }
    const item = await findItem(inventory, restocking.item_id, signal);
    if (earlier !== undefined) {
      return present(item);
    }
    if (item === undefined) {
      return inventory.restocks.putNew(requestId, restocking, newItem(restocking), signal);
    }
    await inventory.restocks.add(requestId, restocking, signal);
    return present(await findItem(inventory, restocking.item_id, signal));
  }, signal);
}

async function findItem(inventory: Inventory, itemId: string, signal: AbortSignal): Promise<Item | undefined> {
  return (await inventory.items.find([itemId], signal)).get(itemId);
}

function present(item: Item | undefined): Item {
  if (item === undefined) {
    throw new RowConflict('a restocked item was not found');
  }
  return item;
}

const REQUIRED = 'is required for a new item';

function newItem({ item_id, name, unit_price_minor, currency }: Restocking): NewItem {
  if (name === '') {
    throw invalid('name', REQUIRED);
  }
  if (unit_price_minor === undefined || currency === undefined) {
    throw invalid('unit_price', REQUIRED);
  }
  return { item_id, name, unit_price_minor, currency };
}

function same(left: Restocking, right: Restocking): boolean {
  return (
    left.item_id === right.item_id &&
    left.count === right.count &&
    left.name === right.name &&
    left.unit_price_minor === right.unit_price_minor &&
    left.currency === right.currency
  );
}
