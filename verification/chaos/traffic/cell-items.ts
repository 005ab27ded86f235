import { RestockClient } from '../../stack/restock-client.ts';
import type { Choices } from '../choices.ts';

/** The items of one cell. No other cell orders them, so a finding about an item is a finding about the cell. */
export interface CellItems {
  readonly plentiful: readonly string[];
  /** Many customers want it, and few can have it. */
  readonly contended: string;
  /** The quantity each item was stocked with, by item id. */
  readonly stocked: ReadonlyMap<string, number>;
}

const PLENTY = 10_000;
const FEW = 2;

/** Creates and stocks the items of a cell, directly at the Inventory service. */
export async function stockCellItems(inventory: string, cell: string, choices: Choices): Promise<CellItems> {
  const restockClient = new RestockClient(inventory);
  const stocked = new Map<string, number>();
  const create = async (name: string, count: number) => {
    const item_id = await restockClient.createItem(`${name} (${cell})`, choices.between(100, 9_900), count);
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
    restockClient.close();
  }
}
