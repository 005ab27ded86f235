import { invalid } from '../common/request-validation.ts';
import { RowConflict, retryOnConflict } from '../common/retry-on-conflict.ts';
import type { Inventory } from './inventory.ts';
import { availableByShard, type Item, type ItemStock, type NewItem, wholeItem } from './item.ts';
import { restockMismatch } from './refusals.ts';
import type { Restocking } from './restock-store.ts';
import { levelled } from './shards.ts';

/** Adds stock, and the item itself if it is new; each request id does so once. Returns the item as it is now. */
export function restock(
  inventory: Inventory,
  requestId: string,
  restocking: Restocking,
  signal: AbortSignal,
): Promise<Item> {
  const itemId = restocking.item_id;
  return retryOnConflict(async () => {
    const earlier = await inventory.restocks.find(requestId, signal);
    if (earlier !== undefined && !same(earlier, restocking)) {
      throw restockMismatch();
    }
    const stock = (await inventory.rows.stocks([itemId], signal)).get(itemId);
    if (earlier !== undefined) {
      return present(stock);
    }
    if (stock === undefined) {
      return inventory.restocks.putNew(requestId, restocking, newItem(restocking), signal);
    }
    const added = levelled(availableByShard(stock), restocking.count);
    await inventory.restocks.add(requestId, restocking, added, signal);
    return present((await inventory.rows.stocks([itemId], signal)).get(itemId));
  }, signal);
}

function present(stock: ItemStock | undefined): Item {
  if (stock === undefined) {
    throw new RowConflict('a restocked item was not found');
  }
  return wholeItem(stock);
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
