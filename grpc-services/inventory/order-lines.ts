import * as z from 'zod';
import { invalid } from '../common/request-validation.ts';
import type { Item } from './item.ts';
import type { Refusal } from './refusals.ts';

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
});

/** One item of a reservation at the price it had when it was reserved. */
export type PricedLine = Readonly<z.output<typeof pricedLine>>;

/** Why the lines cannot be reserved: the first unknown item, or else the first shortage. Undefined if they can. */
export function shortage(lines: readonly Line[], items: ReadonlyMap<string, Item>): Refusal | undefined {
  for (const { item_id } of lines) {
    if (!items.has(item_id)) {
      return { reason: 'ITEM_NOT_FOUND', item_id };
    }
  }
  for (const { item_id, count } of lines) {
    const available = items.get(item_id)?.available ?? 0;
    if (available < count) {
      return { reason: 'OUT_OF_STOCK', item_id, requested: count, available };
    }
  }
  return undefined;
}

/** The lines with name and current price. Lines of unknown items are left out. */
export function priced(lines: readonly Line[], items: ReadonlyMap<string, Item>): PricedLine[] {
  return lines.flatMap(({ item_id, count }) => {
    const item = items.get(item_id);
    if (item === undefined) {
      return [];
    }
    const { name, unit_price_minor, currency } = item;
    return [{ item_id, name, count, unit_price_minor, currency }];
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
