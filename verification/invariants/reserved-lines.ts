import type { OrderCase } from './order-case.ts';
import type { LineSnapshot } from './snapshot.ts';
import type { Violation } from './violation.ts';

/**
 * The part of invariant 2 that no counter shows: what is reserved for an order is what the order asks for. A reservation
 * without lines is the tombstone of an undo that came first, unless it holds stock or has sold it.
 *
 * @param linesKept whether an order without lines is a finding, too
 */
export function findWrongLines({ order, reservation }: OrderCase, linesKept: boolean): readonly Violation[] {
  if (order === undefined || reservation === undefined) {
    return [];
  }
  const isTombstone = reservation.lines.length === 0 && !['HELD', 'COMMITTED'].includes(reservation.state);
  if (isTombstone || (order.lines.length === 0 && !linesKept)) {
    return [];
  }
  const [asked, reserved] = [describeLines(order.lines), describeLines(reservation.lines)];
  if (asked === reserved) {
    return [];
  }
  return [
    {
      invariant: 'stock adds up',
      subject: { order_id: order.order_id },
      finding: `it asks for ${asked}, but its ${reservation.state} reservation is for ${reserved}`,
    },
  ];
}

/** One text for the same pieces, in whatever order and however split. */
function describeLines(lines: readonly LineSnapshot[]): string {
  const pieces = [...Map.groupBy(lines, ({ item_id }) => item_id)].map(
    ([item_id, same]) => `${same.reduce((sum, { count }) => sum + count, 0)} of ${item_id}`,
  );
  return pieces.sort().join(', ') || 'nothing';
}
