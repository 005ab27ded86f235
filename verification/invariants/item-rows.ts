import type { ItemRowSnapshot, ItemSnapshot, ReservationSnapshot } from './snapshot.ts';
import { stockViolation, type Violation } from './violation.ts';

/** The items that rows of the items table belong to, each with the sum of its rows. */
export function itemsOfRows(rows: readonly ItemRowSnapshot[]): readonly ItemSnapshot[] {
  return [...Map.groupBy(rows, ({ item_id }) => placeOf(item_id).item)].map(([item_id, own]) => {
    const [first] = own;
    const seeded = own.find((row) => row.item_id === item_id)?.seeded;
    const isWhole = own.length === 1 && first?.item_id === item_id && first.shards === undefined;
    const sum = (counter: 'stocked' | 'available' | 'held' | 'sold'): number =>
      own.reduce((total, row) => total + row[counter], 0);
    return {
      item_id,
      stocked: sum('stocked'),
      available: sum('available'),
      held: sum('held'),
      sold: sum('sold'),
      ...(seeded === undefined ? {} : { seeded }),
      ...(isWhole ? {} : { rows: own }),
    };
  });
}

/** The key of a shard's row. */
export function rowKey(itemId: string, shard: number): string {
  return shard === 0 ? itemId : `${itemId}#${shard}`;
}

function placeOf(key: string): { readonly item: string; readonly shard: number } {
  const [item = '', shard = '0'] = key.split('#');
  return { item, shard: Number(shard) };
}

/**
 * Invariant 2, row by row, for items that are spread. No row is missing, and none is too many. The counters of each row
 * add up, and none is negative. Each row holds and has sold what the reservations took from it. Stock that came back
 * went to where the first pieces were taken from.
 */
export function findUnbalancedRows(
  items: readonly ItemSnapshot[],
  reservations: readonly ReservationSnapshot[],
): readonly Violation[] {
  const held = countByRow(reservations.filter(({ state }) => state === 'HELD'));
  const sold = countByRow(reservations.filter(({ state }) => state === 'COMMITTED'));
  const known = new Set(
    items.flatMap(({ item_id, rows }) => (rows === undefined ? [item_id] : rows.map((row) => row.item_id))),
  );
  const unknown = [...new Set([...held.keys(), ...sold.keys()])].filter((key) => key.includes('#') && !known.has(key));
  return [
    ...items.flatMap((item) => wrongRows(item)),
    ...items.flatMap(({ rows = [] }) =>
      rows.flatMap((row) => rowFindings(row, held.get(row.item_id) ?? 0, sold.get(row.item_id) ?? 0)),
    ),
    ...unknown.map((key) => stockViolation(key, 'reservations took stock from this row, but there is no such row')),
  ];
}

function wrongRows({ item_id, rows }: ItemSnapshot): readonly Violation[] {
  if (rows === undefined) {
    return [];
  }
  const claimed = rows.find((row) => row.item_id === item_id)?.shards ?? 1;
  const found = rows.map((row) => placeOf(row.item_id).shard).sort((left, right) => left - right);
  const isComplete = found.length === claimed && found.every((shard, index) => shard === index);
  return isComplete
    ? []
    : [stockViolation(item_id, `its own row says ${claimed} rows, but there are the shards ${found.join(', ')}`)];
}

function rowFindings(row: ItemRowSnapshot, held: number, sold: number): readonly Violation[] {
  const findings: string[] = [];
  const total = row.available + row.held + row.sold;
  if (total !== row.stocked) {
    findings.push(`the counters of this row add up to ${total}, but ${row.stocked} were stocked`);
  }
  for (const counter of ['stocked', 'available', 'held', 'sold'] as const) {
    if (row[counter] < 0) {
      findings.push(`${counter} of this row is ${row[counter]}`);
    }
  }
  if (row.held !== held) {
    findings.push(`held of this row is ${row.held}, but the reservations hold ${held} of it`);
  }
  if (row.sold !== sold) {
    findings.push(`sold of this row is ${row.sold}, but the committed reservations add up to ${sold}`);
  }
  return findings.map((finding) => stockViolation(row.item_id, finding));
}

function countByRow(reservations: readonly ReservationSnapshot[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { lines, returns = [] } of reservations) {
    const cameBack = returns.flatMap((entry) => entry.lines);
    for (const { item_id, count, taken_from = [{ shard: 0, count }] } of lines) {
      let returned = cameBack.filter((line) => line.item_id === item_id).reduce((sum, line) => sum + line.count, 0);
      for (const portion of taken_from) {
        const back = Math.min(returned, portion.count);
        returned -= back;
        const key = rowKey(item_id, portion.shard);
        counts.set(key, (counts.get(key) ?? 0) + portion.count - back);
      }
    }
  }
  return counts;
}
