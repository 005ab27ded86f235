import { Stocker } from '../../stack/stocker.ts';
import type { Choices } from '../choices.ts';

/** The items of one cell, so that a finding about an item is a finding about the cell. */
export interface Shelf {
  readonly plentiful: readonly string[];
  /** Everybody wants it and few can have it. */
  readonly contended: string;
  /** How many pieces each item was stocked with. */
  readonly stocked: ReadonlyMap<string, number>;
}

const PLENTY = 10_000;
const FEW = 2;

/** Puts new items on the shelf, straight at the Inventory service. */
export async function stockShelf(inventory: string, cell: string, choices: Choices): Promise<Shelf> {
  const stocker = new Stocker(inventory);
  const stocked = new Map<string, number>();
  const create = async (name: string, count: number) => {
    const item_id = await stocker.create(`${name} (${cell})`, choices.between(100, 9_900), count);
    stocked.set(item_id, count);
    return item_id;
  };
  try {
    return {
      plentiful: [await create('pen', PLENTY), await create('cup', PLENTY)],
      contended: await create('ring', FEW),
      stocked,
    };
  } finally {
    stocker.close();
  }
}
