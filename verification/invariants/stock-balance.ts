import { findUnbalancedRows } from './item-rows.ts';
import type { OrderCase } from './order-case.ts';
import {
  type ItemSnapshot,
  type LineSnapshot,
  type ReservationSnapshot,
  type StockChangeSnapshot,
  soldLines,
} from './snapshot.ts';
import { orderViolation, stockViolation, type Violation } from './violation.ts';

/**
 * Invariant 2: available + held + sold of every item is what was stocked, and no counter is negative. The reservations
 * account for what is held and sold; what came back is available again. For an item that is spread, so do its rows.
 */
export function findUnbalancedStock(
  items: readonly ItemSnapshot[],
  reservations: readonly ReservationSnapshot[],
): readonly Violation[] {
  const held = countByItem(reservations.flatMap(({ state, lines }) => (state === 'HELD' ? lines : [])));
  const sold = countByItem(reservations.flatMap(soldLines));
  const known = new Set(items.map(({ item_id }) => item_id));
  const unknown = [...new Set([...held.keys(), ...sold.keys()])].filter((item_id) => !known.has(item_id));
  return [
    ...items.flatMap((item) => itemFindings(item, held.get(item.item_id) ?? 0, sold.get(item.item_id) ?? 0)),
    ...unknown.map((item_id) =>
      stockViolation(item_id, 'reservations hold it or have sold it, but there is no such item'),
    ),
    ...findUnbalancedRows(items, reservations),
    ...reservations.flatMap(wrongPortions),
  ];
}

/**
 * Invariant 2, against the records: what was stocked of an item is what the catalogue gave it, with all restocks and corrections.
 * Only this finds a piece that was lost, or doubled, on its way from one row of an item to another.
 */
export function findUnrecordedStock(
  items: readonly ItemSnapshot[],
  changes: readonly StockChangeSnapshot[],
): readonly Violation[] {
  const changesOf = Map.groupBy(changes, ({ item_id }) => item_id);
  return items.flatMap(({ item_id, stocked, seeded }) => {
    const recorded = (changesOf.get(item_id) ?? []).reduce((sum, { change }) => sum + change, seeded ?? 0);
    return seeded === undefined || recorded === stocked
      ? []
      : [stockViolation(item_id, `${stocked} were stocked, but its restocks and corrections make ${recorded}`)];
  });
}

/** Lines whose portions are not what they took. */
function wrongPortions({ order_id, lines }: ReservationSnapshot): readonly Violation[] {
  return lines.flatMap(({ item_id, count, taken_from }) => {
    const taken = taken_from?.reduce((sum, portion) => sum + portion.count, 0) ?? count;
    return taken === count
      ? []
      : [orderViolation('stock adds up', order_id, `it took ${taken} of ${item_id} out of shards, but has ${count}`)];
  });
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
  return findings.map((finding) => stockViolation(item_id, finding));
}

function countByItem(lines: readonly LineSnapshot[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { item_id, count } of lines) {
    counts.set(item_id, (counts.get(item_id) ?? 0) + count);
  }
  return counts;
}

/**
 * Invariant 2, for a caller that stocked the items: each item is still there, with the quantity it was stocked with.
 *
 * @param stocked the quantity by item id
 */
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
    const now = recorded === undefined ? 'there is no such item any more' : `its record says ${recorded}`;
    return [stockViolation(item_id, `it was stocked with ${count}, but ${now}`)];
  });
}

/**
 * Invariant 2, for the lines that no counter shows: a reservation is for what its order asks for. A reservation without
 * lines is the tombstone of an early compensation, unless it holds stock or has sold it.
 *
 * @param recordsKept whether an order without lines violates it, too
 */
export function findWrongLines({ order, reservation }: OrderCase, recordsKept: boolean): readonly Violation[] {
  if (order === undefined || reservation === undefined) {
    return [];
  }
  const isTombstone = reservation.lines.length === 0 && !['HELD', 'COMMITTED'].includes(reservation.state);
  if (isTombstone || (order.lines.length === 0 && !recordsKept)) {
    return [];
  }
  const [asked, reserved] = [describeLines(order.lines), describeLines(reservation.lines)];
  if (asked === reserved) {
    return [];
  }
  const finding = `it asks for ${asked}, but its ${reservation.state} reservation is for ${reserved}`;
  return [orderViolation('stock adds up', order.order_id, finding)];
}

/** The same text for the same quantities, regardless of their order and of how they are split. */
function describeLines(lines: readonly LineSnapshot[]): string {
  const quantities = [...Map.groupBy(lines, ({ item_id }) => item_id)].map(
    ([item_id, same]) => `${same.reduce((sum, { count }) => sum + count, 0)} of ${item_id}`,
  );
  return quantities.sort().join(', ') || 'nothing';
}
