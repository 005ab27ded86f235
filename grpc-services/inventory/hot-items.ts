import * as z from 'zod';
import { retryOnConflict } from '../common/retry-on-conflict.ts';
import type { Inventory } from './inventory.ts';
import { shardCount } from './item.ts';
import { MOST_SHARDS } from './shards.ts';

/** An item, and the number of rows over which its stock is to be spread. */
export interface SpreadItem {
  readonly itemId: string;
  readonly shards: number;
}

const WRONG = `must be item:shards, separated by commas, with 2 to ${MOST_SHARDS} shards, such as item-1:16`;

/** The value of `SHARDED_ITEMS`: `item:shards`, separated by commas. An item's id may itself contain colons. */
export const spreadItems = z.string().transform((text, context): readonly SpreadItem[] => {
  const entries = text.split(',').map((entry) => entry.trim());
  const parsed = entries.flatMap((entry) => {
    const [, itemId = '', digits = ''] = /^([A-Za-z0-9._:-]{1,64}):(\d{1,3})$/.exec(entry) ?? [];
    const shards = Number(digits);
    return itemId !== '' && shards >= 2 && shards <= MOST_SHARDS ? [{ itemId, shards }] : [];
  });
  if (parsed.length < entries.length) {
    context.addIssue({ code: 'custom', message: WRONG });
    return z.NEVER;
  }
  return parsed;
});

/** When items are spread. */
export interface SpreadSettings {
  /** Items that are spread as soon as they exist. */
  readonly spread: readonly SpreadItem[];
  /** Any item is spread further while it meets this many conflicts a second in one instance; 0 means never. */
  readonly conflictsPerSecond: number;
}

/** Spreads items over more rows. */
export interface HotItems {
  /**
   * Spreads the items of the settings that exist by now, and those that met too many conflicts since the last round.
   *
   * @param report called for each item that could not be spread; a later round tries again
   * @returns the items that this round spread
   */
  readonly round: (
    signal: AbortSignal,
    report: (item: SpreadItem, error: unknown) => void,
  ) => Promise<readonly SpreadItem[]>;
}

/** The first step of an item that becomes hot by itself; each further step doubles its rows. */
const FIRST_STEP = 8;

/** The hot items of an inventory. */
export function createHotItems(inventory: Inventory, settings: SpreadSettings): HotItems {
  const pending = new Map(settings.spread.map((item) => [item.itemId, item]));
  let lastRound = inventory.clock();
  return {
    round: async (signal, report) => {
      const stocks = await inventory.rows.stocks([...pending.keys()], signal);
      const existing = [...pending.values()].filter(({ itemId }) => stocks.has(itemId));
      const spread: SpreadItem[] = [];
      for (const item of [...existing, ...(await conflicting(signal))]) {
        try {
          if (await spreadItem(inventory, item, signal)) {
            spread.push(item);
          }
          pending.delete(item.itemId);
        } catch (error) {
          signal.throwIfAborted();
          report(item, error);
        }
      }
      if (spread.length > 0) {
        startCounting();
      }
      return spread;
    },
  };

  /** What was met up to now says nothing of the rows that an item has from now on. */
  function startCounting(): ReadonlyMap<string, number> {
    lastRound = inventory.clock();
    return inventory.conflicts.take();
  }

  async function conflicting(signal: AbortSignal): Promise<readonly SpreadItem[]> {
    const since = lastRound;
    const conflicts = startCounting();
    const seconds = Math.max(1, (lastRound - since) / 1_000);
    if (settings.conflictsPerSecond === 0) {
      return [];
    }
    const hot = [...conflicts].filter(([, count]) => count / seconds >= settings.conflictsPerSecond);
    const stocks = await inventory.rows.stocks(
      hot.map(([itemId]) => itemId),
      signal,
    );
    // Another instance may have spread the item since: then the conflicts are those of fewer rows.
    return [...stocks.values()]
      .filter(({ item: { spread_at = since } }) => spread_at <= since)
      .map(({ item }) => ({ itemId: item.item_id, shards: nextStep(shardCount(item)) }));
  }
}

function nextStep(shards: number): number {
  return shards === 1 ? FIRST_STEP : Math.min(MOST_SHARDS, shards * 2);
}

/** False when the item does not exist, or has at least that many rows: an item is never brought back to fewer. */
export function spreadItem(
  { rows, shards: store }: Inventory,
  { itemId, shards }: SpreadItem,
  signal: AbortSignal,
): Promise<boolean> {
  return retryOnConflict(async () => {
    const stock = (await rows.stocks([itemId], signal)).get(itemId);
    if (stock === undefined || shardCount(stock.item) >= shards) {
      return false;
    }
    await store.spread(stock, shards, signal);
    return true;
  }, signal);
}
