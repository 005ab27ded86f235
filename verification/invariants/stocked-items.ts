import type { ItemSnapshot } from './snapshot.ts';
import type { Violation } from './violation.ts';

/** The part of invariant 2 that only those can tell who stocked the items: each is still there, with what was put in. */
export function findMissingStock(
  items: readonly ItemSnapshot[],
  stocked: ReadonlyMap<string, number>,
): readonly Violation[] {
  const found = new Map(items.map((item) => [item.item_id, item.stocked]));
  return [...stocked].flatMap(([item_id, count]) => {
    const recorded = found.get(item_id);
    if (recorded === count) {
      return [];
    }
    const finding =
      recorded === undefined
        ? `it was stocked with ${count}, but there is no such item any more`
        : `it was stocked with ${count}, but its record says ${recorded}`;
    return [{ invariant: 'stock adds up', subject: { item_id }, finding } as const];
  });
}
