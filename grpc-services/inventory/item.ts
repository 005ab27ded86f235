import * as z from 'zod';
import type { Item as ItemMessage } from '../../proto/gen/inventory/v1/inventory.ts';
import { moveNotes } from './moves.ts';
import { MOST_SHARDS, sum } from './shards.ts';

/** The only value of the `catalogue` attribute: the index lists all items in one partition. */
export const CATALOGUE = 'all';

const counter = z.int().min(0);

/** The counters of a row. `stocked` is a counter of its own, to check `available + held + sold` against. */
export const countersOfRow = z.object({
  stocked: counter,
  available: counter,
  held: counter,
  sold: counter,
  /** Increases whenever `available` does. Whoever finds it unchanged knows that `available` only fell meanwhile. */
  arrivals: counter.default(0),
});

/** The part of an update that counts an arrival. It needs the values of `ARRIVAL_VALUES`. */
export const COUNT_ARRIVAL = 'arrivals = if_not_exists(arrivals, :none) + :one';

/** Values of `COUNT_ARRIVAL`. */
export const ARRIVAL_VALUES = { ':none': 0, ':one': 1 } as const;

/** What a row has in stock. */
export type Counters = Readonly<z.output<typeof countersOfRow>>;

/** An item's own row of the items table: shard 0. Every other shard is a row of counters. */
export const itemRow = countersOfRow.extend({
  item_id: z.string(),
  catalogue: z.literal(CATALOGUE),
  name: z.string(),
  unit_price_minor: counter,
  currency: z.string(),
  /**
   * What the catalogue gave it. With all restocks and corrections this is what was stocked, whatever moved between its rows.
   * Absent in an item of an older version.
   */
  seeded: counter.optional(),
  /** The number of rows over which the stock is spread. It only grows; absent means this one row. */
  shards: z.int().min(2).max(MOST_SHARDS).optional(),
  /** When it was last spread, in milliseconds since the epoch. */
  spread_at: z.int().optional(),
  moves: moveNotes,
});

/** An item's own row; its counters are those of shard 0. */
export type ItemRow = Readonly<z.output<typeof itemRow>>;

/** An item in stock, with the counters of all its rows together. */
export type Item = Omit<ItemRow, 'shards' | 'spread_at' | 'arrivals' | 'moves'>;

/** An item with each of its rows. */
export interface ItemStock {
  readonly item: ItemRow;
  /** The counters by shard; the first are those of the item's own row. */
  readonly rows: readonly Counters[];
}

/** The number of rows over which an item's stock is spread. */
export function shardCount({ shards = 1 }: ItemRow): number {
  return shards;
}

/** What the rows have available, by shard. */
export function availableByShard({ rows }: ItemStock): readonly number[] {
  return rows.map(({ available }) => available);
}

/** The item with one count: the sum of its rows. */
export function wholeItem({ item, rows }: ItemStock): Item {
  const { shards: _shards, spread_at: _at, arrivals: _arrivals, moves: _moves, ...shown } = item;
  return {
    ...shown,
    stocked: sum(rows.map(({ stocked }) => stocked)),
    available: sum(rows.map(({ available }) => available)),
    held: sum(rows.map(({ held }) => held)),
    sold: sum(rows.map(({ sold }) => sold)),
  };
}

/** An item without its stock. */
export type NewItem = Pick<Item, 'item_id' | 'name' | 'unit_price_minor' | 'currency'>;

/**
 * The row of a new item with its first stock.
 *
 * @param seeded the part of it that no restock has a record of
 */
export function firstStock(
  { item_id, name, unit_price_minor, currency }: NewItem,
  count: number,
  seeded = count,
): Item {
  return {
    item_id,
    catalogue: CATALOGUE,
    name,
    unit_price_minor,
    currency,
    seeded,
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
