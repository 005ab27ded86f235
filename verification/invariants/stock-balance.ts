import type { ItemSnapshot, ReservationSnapshot } from './snapshot.ts';
import type { Violation } from './violation.ts';

/**
 * Invariant 2: of every item, available + held + sold is what was stocked, no counter is negative, and held and sold are
 * what the reservations hold and have committed.
 */
export function findUnbalancedStock(
  items: readonly ItemSnapshot[],
  reservations: readonly ReservationSnapshot[],
): readonly Violation[] {
  const held = countByItem(reservations.filter(({ state }) => state === 'HELD'));
  const sold = countByItem(reservations.filter(({ state }) => state === 'COMMITTED'));
  const known = new Set(items.map(({ item_id }) => item_id));
  const unknown = [...new Set([...held.keys(), ...sold.keys()])].filter((item_id) => !known.has(item_id));
  return [
    ...items.flatMap((item) => itemFindings(item, held.get(item.item_id) ?? 0, sold.get(item.item_id) ?? 0)),
    ...unknown.map((item_id) => violation(item_id, 'reservations hold it or have sold it, but there is no such item')),
  ];
}

function itemFindings(item: ItemSnapshot, held: number, sold: number): readonly Violation[] {
  const { item_id, stocked, available } = item;
  const findings: string[] = [];
  const total = available + item.held + item.sold;
  if (total !== stocked) {
    findings.push(
      `available ${available} + held ${item.held} + sold ${item.sold} = ${total}, but ${stocked} were stocked`,
    );
  }
  for (const counter of ['stocked', 'available', 'held', 'sold'] as const) {
    if (item[counter] < 0) {
      findings.push(`${counter} is ${item[counter]}`);
    }
  }
  if (item.held !== held) {
    findings.push(`held is ${item.held}, but the reservations hold ${held}`);
  }
  if (item.sold !== sold) {
    findings.push(`sold is ${item.sold}, but the committed reservations add up to ${sold}`);
  }
  return findings.map((finding) => violation(item_id, finding));
}

function countByItem(reservations: readonly ReservationSnapshot[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { item_id, count } of reservations.flatMap(({ lines }) => lines)) {
    counts.set(item_id, (counts.get(item_id) ?? 0) + count);
  }
  return counts;
}

function violation(item_id: string, finding: string): Violation {
  return { invariant: 'stock adds up', subject: { item_id }, finding };
}
