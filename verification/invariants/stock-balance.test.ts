import { describe, expect, test } from '@jest/globals';
import { checkInvariants } from './invariants.ts';
import type { ItemSnapshot, Snapshot } from './snapshot.ts';
import { changed, changeOrder, changeReservation, expectFinding, SOUND } from './testing/broken-snapshots.ts';

describe('stock adds up', () => {
  test.each<[string, Snapshot]>([
    ['another quantity held', changeOrder('waiting', { lines: [{ item_id: 'item', count: 3 }] })],
    ['another item sold', changeOrder('confirmed', { lines: [{ item_id: 'other', count: 2 }] })],
    ['another quantity released', changeReservation('declined', { lines: [{ item_id: 'item', count: 1 }] })],
  ])('a reservation with %s than its order asks for is found', (_what, snapshot) => {
    expectFinding(snapshot, 'stock adds up', 'it asks for');
  });

  test('a tombstone without lines and lines that are split otherwise violate nothing', () => {
    const split = [1, 1].map((count) => ({ item_id: 'item', count, unit_price_minor: 250 }));
    const tombstone = changeReservation('declined', { lines: [] });
    expect(checkInvariants(changeOrder('waiting', { lines: split }, tombstone)).verdict).toBe('all hold');
  });

  test.each(['COMMITTED', 'HELD'] as const)(
    'a %s reservation without lines is found, although it moved no stock',
    (state) => {
      const broken = changeReservation('declined', { state, lines: [] });
      expectFinding(broken, 'stock adds up', `it asks for 2 of item, but its ${state} reservation is for nothing`);
    },
  );

  test('lines are compared item by item, whatever their sequence', () => {
    const lines = [
      { item_id: 'b', count: 1 },
      { item_id: 'a', count: 2 },
    ];
    const asked = changeOrder('declined', { lines });
    const same = { ...asked, reservations: changed(SOUND.reservations, 'declined', { lines: lines.toReversed() }) };
    expect(checkInvariants(same).violations).toEqual([]);
    expectFinding(asked, 'stock adds up', 'it asks for 1 of b, 2 of a, but its RELEASED reservation is for 2 of item');
  });

  const item = { item_id: 'item', stocked: 100, available: 94, held: 4, sold: 2 };
  test.each([
    ['a lost unit', { ...item, available: 93 }, 'available 93 + held 4 + sold 2 = 99, but 100 were stocked'],
    ['a counter below zero', { ...item, stocked: 5, available: -1 }, 'available is -1'],
    ['held stock without a reservation', { ...item, available: 93, held: 5 }, 'held is 5, but the reservations hold 4'],
    [
      'sold stock without a commit',
      { ...item, available: 93, sold: 3 },
      'sold is 3, but the committed reservations add up to 2',
    ],
  ])('%s is found', (_what, broken, finding) => {
    expectFinding({ ...SOUND, items: [broken] }, 'stock adds up', `item item: ${finding}`);
  });

  test('a reservation of an item that does not exist is found', () => {
    const other = { ...item, item_id: 'other', held: 0, sold: 0, available: 100 };
    expectFinding({ ...SOUND, items: [other] }, 'stock adds up', 'there is no such item');
  });
});

describe('stock that came back', () => {
  const lines = [{ item_id: 'item', count: 2 }];
  const returned = (counters: Partial<ItemSnapshot>): Snapshot => ({
    ...changeReservation('confirmed', { returns: [{ lines }] }),
    items: SOUND.items.map((item) => ({ ...item, ...counters })),
  });
  const wrong = ({ violations }: ReturnType<typeof checkInvariants>) =>
    violations.filter(({ invariant }) => invariant === 'stock adds up');

  test('is available again, and sold no more', () => {
    expect(wrong(checkInvariants(returned({ available: 96, sold: 0 })))).toEqual([]);
  });

  test('is found where it still counts as sold', () => {
    expectFinding(returned({}), 'stock adds up', 'sold is 2, but the committed reservations add up to 0');
  });

  test('belongs to an order that may be closed with its money given back', () => {
    const snapshot = returned({ available: 96, sold: 0 });
    const closed: Snapshot = {
      ...snapshot,
      orders: changed(snapshot.orders, 'confirmed', {
        status: 'REJECTED',
        reason_code: 'ABANDONED',
        reason: 'a sentence',
        abandon_requested_at: '2026-01-02T03:04:06.000Z',
        timeline: [{ at: '2026-01-02T03:04:06.000Z', status: 'REJECTED', what: 'closed' }],
      }),
      payments: changed(snapshot.payments, 'confirmed', { state: 'REFUNDED' }),
      charges: changed(snapshot.charges, 'confirmed', { state: 'REFUNDED', refunds: 1 }),
      answers: [{ kind: 'payment-settled', order_id: 'confirmed' }],
    };
    expect(checkInvariants(closed).violations).toEqual([]);
    const kept: Snapshot = { ...closed, payments: changed(closed.payments, 'confirmed', { state: 'VOIDED' }) };
    expectFinding(kept, 'no answer taken back', 'it is REJECTED with payment VOIDED');
  });
});
