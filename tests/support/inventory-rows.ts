import { expect } from '@jest/globals';
import type { Reservation } from '../../grpc-services/inventory/reservation.ts';
import type { TestInventory } from './inventory.ts';

interface Piece {
  readonly state: 'held' | 'sold';
  readonly shard: number;
}

/**
 * Asserts that each row of an item holds and has sold exactly what the reservations of these orders took from it. Its
 * counters must add up, and none may be negative.
 */
export async function expectRowsToMatch(
  inventory: TestInventory,
  itemId: string,
  orderIds: readonly string[],
): Promise<void> {
  const signal = new AbortController().signal;
  const reservations = await Promise.all(orderIds.map((id) => inventory.otherInstance.reservations.find(id, signal)));
  const pieces = reservations.flatMap((reservation) => piecesOf(reservation, itemId));
  const count = (state: Piece['state'], shard: number): number =>
    pieces.filter((piece) => piece.state === state && piece.shard === shard).length;
  const rows = await inventory.shards(itemId);
  expect(rows.map(({ held, sold }) => ({ held, sold }))).toEqual(
    rows.map((_row, shard) => ({ held: count('held', shard), sold: count('sold', shard) })),
  );
  for (const { stocked, available, held, sold } of rows) {
    expect(available + held + sold).toBe(stocked);
    expect(Math.min(available, held, sold)).toBeGreaterThanOrEqual(0);
  }
}

/**
 * One entry per piece of the reservation that the counters have, first taken first. Pieces that came back are left out.
 */
function piecesOf(reservation: Reservation | undefined, itemId: string): readonly Piece[] {
  if (reservation === undefined || !['HELD', 'COMMITTED'].includes(reservation.state)) {
    return [];
  }
  const state = reservation.state === 'HELD' ? 'held' : 'sold';
  const line = reservation.lines.find(({ item_id }) => item_id === itemId);
  const returned = (reservation.returns ?? [])
    .flatMap(({ lines }) => lines)
    .filter(({ item_id }) => item_id === itemId)
    .reduce((total, { count }) => total + count, 0);
  const portions = line === undefined ? [] : (line.taken_from ?? [{ shard: 0, count: line.count }]);
  const taken = portions.flatMap(({ shard, count }) =>
    Array.from({ length: count }, () => ({ state, shard }) as const),
  );
  expect(taken).toHaveLength(line?.count ?? 0);
  return taken.slice(returned);
}
