import { itemsOfRows, rowKey } from '../invariants/item-rows.ts';
import type { ItemSnapshot, LineSnapshot } from '../invariants/snapshot.ts';

/** The counters that stock moves between. */
export type StockCounter = 'available' | 'held' | 'sold';

interface Counters {
  stocked: number;
  available: number;
  held: number;
  sold: number;
}

/** The items of a model inventory, each spread over the same number of rows. */
export class ModelStock {
  readonly #items = new Map<string, readonly Counters[]>();
  /** Where the next order looks first. */
  #next = 0;

  /** @param shards rows of each item */
  constructor(stock: Readonly<Record<string, number>>, shards: number) {
    for (const [id, count] of Object.entries(stock)) {
      const rows = Array.from({ length: shards }, (_, shard) => Math.floor((count + shard) / shards));
      this.#items.set(
        id,
        rows.map((pieces) => ({ stocked: pieces, available: pieces, held: 0, sold: 0 })),
      );
    }
  }

  has(itemId: string): boolean {
    return this.#items.has(itemId);
  }

  /** What all rows of an item have available; 0 of an unknown item. */
  available(itemId: string): number {
    return this.#rows(itemId).reduce((sum, { available }) => sum + available, 0);
  }

  /** The lines with the rows that they can be taken from: one row if it has enough, or else several. */
  allocate(lines: readonly LineSnapshot[]): readonly LineSnapshot[] {
    this.#next += 1;
    return lines.map(({ taken_from: _before, ...line }) => {
      const rows = this.#rows(line.item_id);
      const sequence = rows.map((_, index) => (this.#next + index) % rows.length);
      const enough = sequence.find((shard) => (rows[shard]?.available ?? 0) >= line.count);
      let missing = line.count;
      const taken_from = (enough === undefined ? sequence : [enough]).flatMap((shard) => {
        const count = Math.min(missing, rows[shard]?.available ?? 0);
        missing -= count;
        return count === 0 ? [] : [{ shard, count }];
      });
      return taken_from.every(({ shard }) => shard === 0) ? line : { ...line, taken_from };
    });
  }

  /** Moves what the lines took between two counters of the rows that they took it from. */
  move(lines: readonly LineSnapshot[], from: StockCounter, to: StockCounter): void {
    for (const { item_id, count, taken_from = [{ shard: 0, count }] } of lines) {
      const rows = this.#rows(item_id);
      for (const portion of taken_from) {
        const row = rows[portion.shard];
        if (row === undefined) {
          throw new Error(`item ${item_id} has no shard ${portion.shard}`);
        }
        row[from] -= portion.count;
        row[to] += portion.count;
      }
    }
  }

  /** Adds stock of every item, to one row of each. */
  restock(count: number): void {
    this.#next += 1;
    for (const rows of this.#items.values()) {
      const row = rows[this.#next % rows.length];
      if (row !== undefined) {
        row.stocked += count;
        row.available += count;
      }
    }
  }

  /** Whether available + held + sold is the stock of every row, and none is negative. */
  isBalanced(): boolean {
    return [...this.#items.values()]
      .flat()
      .every(
        ({ stocked, available, held, sold }) =>
          available + held + sold === stocked && available >= 0 && held >= 0 && sold >= 0,
      );
  }

  items(): readonly ItemSnapshot[] {
    const rows = [...this.#items].flatMap(([id, counters]) =>
      counters.map((row, shard) => ({
        item_id: rowKey(id, shard),
        ...row,
        ...(shard === 0 && counters.length > 1 && { shards: counters.length }),
      })),
    );
    return itemsOfRows(rows);
  }

  #rows(itemId: string): readonly Counters[] {
    return this.#items.get(itemId) ?? [];
  }
}
