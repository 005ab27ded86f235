import { describe, expect, test } from '@jest/globals';
import { checkInvariants } from './invariants.ts';
import { itemsOfRows } from './item-rows.ts';
import type { ItemRowSnapshot, ReservationSnapshot, Snapshot } from './snapshot.ts';
import { expectFinding, SOUND } from './testing/broken-snapshots.ts';

/** The rows of the sound snapshot's only item, spread over three. */
const ROWS: readonly ItemRowSnapshot[] = [
  { item_id: 'item', stocked: 40, available: 39, held: 1, sold: 0, shards: 3 },
  { item_id: 'item#1', stocked: 30, available: 28, held: 2, sold: 0 },
  { item_id: 'item#2', stocked: 30, available: 28, held: 1, sold: 1 },
];

const TAKEN: Readonly<Record<string, ReservationSnapshot['lines']>> = {
  waiting: [{ item_id: 'item', count: 2, taken_from: [{ shard: 1, count: 2 }] }],
  parked: [
    {
      item_id: 'item',
      count: 2,
      taken_from: [
        { shard: 0, count: 1 },
        { shard: 2, count: 1 },
      ],
    },
  ],
  confirmed: [
    {
      item_id: 'item',
      count: 2,
      taken_from: [
        { shard: 1, count: 1 },
        { shard: 2, count: 1 },
      ],
    },
  ],
};

/** The sound snapshot with its item spread, and one piece of the confirmed order come back. */
function spread(rows: readonly ItemRowSnapshot[], taken = TAKEN): Snapshot {
  return {
    ...SOUND,
    items: itemsOfRows(rows),
    reservations: SOUND.reservations.map((reservation) => ({
      ...reservation,
      lines: taken[reservation.order_id] ?? reservation.lines,
      ...(reservation.order_id === 'confirmed' && { returns: [{ lines: [{ item_id: 'item', count: 1 }] }] }),
    })),
  };
}

function changedRow(item_id: string, change: Partial<ItemRowSnapshot>): Snapshot {
  return spread(ROWS.map((row) => (row.item_id === item_id ? { ...row, ...change } : row)));
}

function stockFindings(snapshot: Snapshot): readonly unknown[] {
  return checkInvariants(snapshot).violations.filter(({ invariant }) => invariant === 'stock adds up');
}

describe('an item that is spread', () => {
  test('has the sum of its rows, and violates nothing when each row has what was taken from it', () => {
    expect(itemsOfRows(ROWS)).toEqual([{ item_id: 'item', stocked: 100, available: 95, held: 4, sold: 1, rows: ROWS }]);
    expect(stockFindings(spread(ROWS))).toEqual([]);
  });

  test('of one row has no rows of its own in a snapshot', () => {
    const row = { item_id: 'item', stocked: 2, available: 2, held: 0, sold: 0 };
    expect(itemsOfRows([row])).toEqual([row]);
  });

  test.each<[string, Snapshot, string]>([
    [
      'a lost unit of a row',
      changedRow('item#1', { available: 27 }),
      'item item#1: the counters of this row add up to 29',
    ],
    ['a counter below zero', changedRow('item#1', { available: -1 }), 'item item#1: available of this row is -1'],
    [
      'a row that is missing',
      spread(ROWS.slice(0, 2)),
      'item item: its own row says 3 rows, but there are the shards 0, 1',
    ],
    [
      'an own row that knows of none',
      changedRow('item', { shards: 2 }),
      'says 2 rows, but there are the shards 0, 1, 2',
    ],
    [
      'an own row that is missing',
      spread(ROWS.slice(1)),
      'item item: its own row says 1 rows, but there are the shards 1, 2',
    ],
  ])('%s is found', (_what, snapshot, finding) => {
    expectFinding(snapshot, 'stock adds up', finding);
  });

  test('is found where stock went back to another row than it came from, although the item adds up', () => {
    const moved = spread([
      { item_id: 'item', stocked: 40, available: 40, held: 0, sold: 0, shards: 3 },
      { item_id: 'item#1', stocked: 30, available: 27, held: 3, sold: 0 },
      { item_id: 'item#2', stocked: 30, available: 28, held: 1, sold: 1 },
    ]);
    expectFinding(moved, 'stock adds up', 'item item#1: held of this row is 3, but the reservations hold 2 of it');
    expectFinding(moved, 'stock adds up', 'item item: held of this row is 0, but the reservations hold 1 of it');
  });

  test('is found where what came back went to the row of the last pieces', () => {
    const moved = spread([
      { item_id: 'item', stocked: 40, available: 39, held: 1, sold: 0, shards: 3 },
      { item_id: 'item#1', stocked: 30, available: 27, held: 2, sold: 1 },
      { item_id: 'item#2', stocked: 30, available: 29, held: 1, sold: 0 },
    ]);
    expectFinding(
      moved,
      'stock adds up',
      'item item#1: sold of this row is 1, but the committed reservations add up to 0',
    );
  });

  test('is found where a reservation took from a row that does not exist', () => {
    const lost = { ...TAKEN, waiting: [{ item_id: 'item', count: 2, taken_from: [{ shard: 9, count: 2 }] }] };
    expectFinding(spread(ROWS, lost), 'stock adds up', 'item item#9: reservations took stock from this row');
  });

  test('is found where a reservation took another number of pieces than it has', () => {
    const less = { ...TAKEN, waiting: [{ item_id: 'item', count: 2, taken_from: [{ shard: 1, count: 1 }] }] };
    expectFinding(spread(ROWS, less), 'stock adds up', 'order waiting: it took 1 of item out of shards, but has 2');
  });
});
