import * as z from 'zod';
import type { Item as ItemMessage } from '../../proto/gen/inventory/v1/inventory.ts';

/** The one value of the items table's `catalogue` attribute: all items are in one list. */
export const CATALOGUE = 'all';

const counter = z.int().min(0);

/** A row of the items table. `stocked` is counted apart, so that `available + held + sold` can be held against it. */
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

/** What is known of an item before there is any stock of it. */
export type NewItem = Pick<Item, 'item_id' | 'name' | 'unit_price_minor' | 'currency'>;

/** The row of an item that is stocked for the first time. */
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

/** The item as the contract shows it. */
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
