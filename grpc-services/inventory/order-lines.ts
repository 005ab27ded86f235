import * as z from 'zod';
import { invalid } from '../common/request-validation.ts';
import type { NewItem } from './item.ts';
import { type Portion, portion, takenFrom } from './shards.ts';

/** A line of an order, as it is asked for or comes back. */
export const orderLine = z.object({ item_id: z.string(), count: z.int() }).readonly();

/** A line of an order. */
export type Line = z.output<typeof orderLine>;

/** A line of a reservation as it is stored. */
export const pricedLine = z.object({
  item_id: z.string(),
  name: z.string(),
  count: z.int(),
  unit_price_minor: z.int(),
  currency: z.string(),
  /** Absent: all from the item's own row. */
  taken_from: z.array(portion).readonly().optional(),
});

/** One item of a reservation at the price it had when it was reserved. */
export type PricedLine = Readonly<z.output<typeof pricedLine>>;

/** The lines with name, current price and where they were taken from. Lines of unknown items are left out. */
export function priced(
  lines: readonly Line[],
  items: ReadonlyMap<string, NewItem>,
  portions: ReadonlyMap<string, readonly Portion[]>,
): PricedLine[] {
  return lines.flatMap(({ item_id, count }) => {
    const item = items.get(item_id);
    if (item === undefined) {
      return [];
    }
    const { name, unit_price_minor, currency } = item;
    return [{ item_id, name, count, unit_price_minor, currency, ...takenFrom(portions.get(item_id) ?? []) }];
  });
}

/** The largest amount that the payment service accepts. */
const LARGEST_TOTAL_MINOR = 1_000_000_000_000;

/**
 * The total price of the lines.
 *
 * @throws InvalidArgument when the prices have different currencies, or the total is too large to pay
 */
export function totalOf(lines: readonly PricedLine[]): { readonly total_minor: number; readonly currency: string } {
  const currencies = new Set(lines.map(({ currency }) => currency).filter((currency) => currency !== ''));
  if (currencies.size > 1) {
    throw invalid('lines', `the items are priced in ${[...currencies].join(' and ')}; order them apart`);
  }
  const total_minor = lines.reduce((sum, { count, unit_price_minor }) => sum + count * unit_price_minor, 0);
  if (total_minor > LARGEST_TOTAL_MINOR) {
    throw invalid('lines', `the order costs more than ${LARGEST_TOTAL_MINOR} minor units; order less at a time`);
  }
  const [currency = ''] = currencies;
  return { total_minor, currency };
}

/** Whether both have the same items with the same counts, in any order. */
export function sameLines(reserved: readonly Line[], lines: readonly Line[]): boolean {
  const counts = new Map(reserved.map(({ item_id, count }) => [item_id, count]));
  return counts.size === lines.length && lines.every(({ item_id, count }) => counts.get(item_id) === count);
}
