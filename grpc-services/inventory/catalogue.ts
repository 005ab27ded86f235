import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { ConfigurationError } from '../common/environment.ts';
import { externalId } from '../common/request-validation.ts';
import { firstStock, type Item } from './item.ts';
import type { ItemStore } from './item-store.ts';

const catalogueSchema = z.array(
  z.strictObject({
    item_id: externalId,
    name: z.string().min(1).max(200),
    unit_price_minor: z.int().min(0),
    currency: z.string().regex(/^[A-Z]{3}$/, 'must be the upper-case code of an ISO 4217 currency'),
    count: z.int().min(0).max(1_000_000_000),
  }),
);

/**
 * Reads the items of a catalogue file, each with its first stock.
 *
 * @throws ConfigurationError when the file cannot be read or is not a catalogue
 */
export function readCatalogue(file: string): readonly Item[] {
  try {
    return catalogueSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).map((entry) => firstStock(entry, entry.count));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'it cannot be read';
    throw new ConfigurationError(`SEED_FILE: ${file} is not a catalogue: ${why}`, { cause });
  }
}

/** Adds the items that do not exist yet; existing items keep their stock. Returns the number of added items. */
export async function seed(items: ItemStore, catalogue: readonly Item[], signal: AbortSignal): Promise<number> {
  let added = 0;
  for (const item of catalogue) {
    if (await items.putIfAbsent(item, signal)) {
      added++;
    }
  }
  return added;
}
