import * as z from 'zod';
import type { Item as ItemMessage } from '../../proto/gen/inventory/v1/inventory.ts';

/** The only value of the `catalogue` attribute: the index lists all items in one partition. */
export const CATALOGUE = 'all';

const counter = z.int().min(0);

/** A row of the items table. `stocked` is a counter of its own, to check `available + held + sold` against. */
export const itemRow = z.object({
  item_id: z.string(),
  catalogue: z.literal(CATALOGUE),
  name: z.string(),
  unit_price_minor: counter,
  currency: z.string(),
  stocked: counter,
  available: counter,
  held: counter,
  sold: counter,
});

/** An item in stock. */
export type Item = Readonly<z.output<typeof itemRow>>;

/** An item without its stock. */
export type NewItem = Pick<Item, 'item_id' | 'name' | 'unit_price_minor' | 'currency'>;

/** The row of a new item with its first stock. */
export function firstStock({ item_id, name, unit_price_minor, currency }: NewItem, count: number): Item {
  return {
    item_id,
    catalogue: CATALOGUE,
    name,
    unit_price_minor,
    currency,
    stocked: count,
    available: count,
    held: 0,
    sold: 0,
  };
}

/** The item as a message of the contract. */
export function itemMessage(item: Item): ItemMessage {
  return {
    id: item.item_id,
    name: item.name,
    unitPrice: { minorUnits: item.unit_price_minor, currency: item.currency },
    stocked: item.stocked,
    available: item.available,
    held: item.held,
    sold: item.sold,
  };
}
