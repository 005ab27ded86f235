import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { ConfigurationError } from '../common/environment.ts';
import { foreignId } from '../common/request-validation.ts';
import { firstStock, type Item } from './item.ts';
import type { ItemStore } from './item-store.ts';

const catalogueFile = z.array(
  z.strictObject({
    item_id: foreignId,
    name: z.string().min(1).max(200),
    unit_price_minor: z.int().min(0),
    currency: z.string().regex(/^[A-Z]{3}$/, 'must be the upper-case code of an ISO 4217 currency'),
    count: z.int().min(0).max(1_000_000_000),
  }),
);

/**
 * The items of a catalogue file with the stock they begin with.
 *
 * @throws ConfigurationError when the file cannot be read or is no catalogue
 */
export function readCatalogue(file: string): readonly Item[] {
  try {
    return catalogueFile.parse(JSON.parse(readFileSync(file, 'utf8'))).map((entry) => firstStock(entry, entry.count));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'it cannot be read';
    throw new ConfigurationError(`SEED_FILE: ${file} is no catalogue: ${why}`, { cause });
  }
}

/** Puts each item that is not there yet; those that are keep their stock. Returns how many were put. */
export async function seed(items: ItemStore, catalogue: readonly Item[], signal: AbortSignal): Promise<number> {
  let put = 0;
  for (const item of catalogue) {
    if (await items.putIfAbsent(item, signal)) {
      put++;
    }
  }
  return put;
}
