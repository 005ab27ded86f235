/** Counts the conflicts that transactions meet at items. */
export interface ItemConflicts {
  readonly add: (itemId: string) => void;
  /** The conflicts by item since the last call. */
  readonly take: () => ReadonlyMap<string, number>;
}

/** More items than this do not become hot between two looks; a bound keeps the counts small when nobody looks. */
const MOST_ITEMS = 1_000;

/** A count of conflicts that starts at none. */
export function createItemConflicts(): ItemConflicts {
  let counts = new Map<string, number>();
  return {
    add: (itemId) => {
      if (counts.has(itemId) || counts.size < MOST_ITEMS) {
        counts.set(itemId, (counts.get(itemId) ?? 0) + 1);
      }
    },
    take: () => {
      const taken = counts;
      counts = new Map();
      return taken;
    },
  };
}
