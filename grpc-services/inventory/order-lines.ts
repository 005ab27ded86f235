import { InvalidArgument } from '../common/service-error.ts';
import type { Item } from './item.ts';
import type { Line, PricedLine, Refusal } from './reservation.ts';

/** Why the stock does not have the lines; undefined where it does. */
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

/** The lines at the price of now; those of unknown items are left out. */
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

/** What the payment service takes at most. */
const LARGEST_TOTAL_MINOR = 1_000_000_000_000;

/**
 * What the lines cost together.
 *
 * @throws InvalidArgument when that is more than one currency, or more than anyone can pay
 */
export function totalOf(lines: readonly PricedLine[]): { readonly total_minor: number; readonly currency: string } {
  const currencies = new Set(lines.map(({ currency }) => currency).filter((currency) => currency !== ''));
  if (currencies.size > 1) {
    throw new InvalidArgument({
      reason: 'INVALID_ARGUMENT',
      message: `lines: the items are priced in ${[...currencies].join(' and ')}; order them apart`,
      metadata: { field: 'lines' },
    });
  }
  const total_minor = lines.reduce((sum, { count, unit_price_minor }) => sum + count * unit_price_minor, 0);
  if (total_minor > LARGEST_TOTAL_MINOR) {
    throw new InvalidArgument({
      reason: 'INVALID_ARGUMENT',
      message: `lines: the order costs more than ${LARGEST_TOTAL_MINOR} minor units; order less at a time`,
      metadata: { field: 'lines' },
    });
  }
  const [currency = ''] = currencies;
  return { total_minor, currency };
}
