import { Stocker } from '../../load/stack/stocker.ts';
import type { Choices } from '../choices.ts';

/** The items of one cell, so that a finding about an item is a finding about the cell. */
export interface Shelf {
  readonly plentiful: readonly string[];
  /** Everybody wants it and few can have it. */
  readonly contended: string;
}

const plenty = 10_000;
const few = 2;

/** Puts new items on the shelf, straight at the Inventory service. */
export async function stockShelf(inventory: string, cell: string, choices: Choices): Promise<Shelf> {
  const stocker = new Stocker(inventory);
  const create = (name: string, count: number) =>
    stocker.create(`${name} (${cell})`, choices.between(100, 9_900), count);
  try {
    return {
      plentiful: [await create('pen', plenty), await create('cup', plenty)],
      contended: await create('ring', few),
    };
  } finally {
    stocker.close();
  }
}
