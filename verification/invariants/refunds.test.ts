import { describe, expect, test } from '@jest/globals';
import { checkInvariants } from './invariants.ts';
import { backlogOf } from './order-end.ts';
import type { OrderSnapshot, Snapshot } from './snapshot.ts';
import { changed, expectFinding, SOUND } from './testing/broken-snapshots.ts';
import { describeViolation } from './violation.ts';

const INVARIANT = 'never more given back than was taken';
const REFUND = { amount_minor: 500, status: 'SUCCEEDED', restock: true, stock_returned: true } as const;
const LINES = [{ item_id: 'item', count: 2 }] as const;

/** The confirmed order, refunded in full with its stock back, and changed at one place. */
function refunded({
  order = {},
  payment = {},
  charge = {},
  returns = [{ return_id: 'r', lines: LINES }],
}: {
  readonly order?: Partial<OrderSnapshot>;
  readonly payment?: Partial<Snapshot['payments'][number]>;
  readonly charge?: Partial<Snapshot['charges'][number]>;
  readonly returns?: Snapshot['reservations'][number]['returns'] & object;
} = {}): Snapshot {
  const refunds = { r: { ...REFUND, lines: LINES } };
  return {
    ...SOUND,
    orders: changed(SOUND.orders, 'confirmed', { refunds, refundable_minor: 0, refunded_minor: 500, ...order }),
    items: [{ item_id: 'item', stocked: 100, available: 96, held: 4, sold: 0 }],
    reservations: changed(SOUND.reservations, 'confirmed', { returns }),
    payments: changed(SOUND.payments, 'confirmed', {
      state: 'REFUNDED',
      refunds: [{ refund_id: 'r', amount_minor: 500, state: 'SUCCEEDED' }],
      ...payment,
    }),
    charges: changed(SOUND.charges, 'confirmed', { state: 'REFUNDED', refunds: 1, refunded_minor: 500, ...charge }),
  };
}

describe('the invariants of refunds', () => {
  test('a report counts the orders that were refunded and that were given up', () => {
    const { checked } = checkInvariants(refunded({ order: { abandon_requested_at: '2026-11-28T12:00:00.000Z' } }));
    expect(checked).toMatchObject({ refunded: 1, abandoned: 1 });
    expect(checkInvariants(SOUND).checked).toMatchObject({ refunded: 0, abandoned: 0 });
  });

  test('hold for a confirmed order whose money and stock came back in full', () => {
    expect(checkInvariants(refunded()).violations.map(describeViolation)).toEqual([]);
  });

  test('hold for a part that was refunded at the Payment service itself', () => {
    const refunds = { 'payment-r': { ...REFUND, amount_minor: 200, restock: false, stock_returned: false } };
    const snapshot = refunded({
      order: { refunds, refundable_minor: 300, refunded_minor: 200 },
      payment: { state: 'CAPTURED', refunds: [{ refund_id: 'r', amount_minor: 200, state: 'SUCCEEDED' }] },
      charge: { state: 'CAPTURED', refunds: 0, refunded_minor: 200 },
      returns: [],
    });
    const sold = { ...snapshot, items: SOUND.items };
    expect(checkInvariants(sold).violations.map(describeViolation)).toEqual([]);
  });

  test('hold for an order whose money came back by one refund, and by one that is parked', () => {
    const part = { ...REFUND, restock: false, stock_returned: false };
    const parked = { ...part, amount_minor: 200, status: 'NEEDS_ATTENTION', parked_step: 'RefundPayment' } as const;
    const entry = { state: 'SUCCEEDED' } as const;
    const snapshot = refunded({
      order: { refunds: { r: { ...part, amount_minor: 300 }, s: parked }, refunded_minor: 300 },
      payment: {
        refunds: [
          { refund_id: 'r', amount_minor: 300, ...entry },
          { refund_id: 's', amount_minor: 200, ...entry },
        ],
      },
      charge: { refunds: 2 },
      returns: [],
    });
    const findings = checkInvariants({ ...snapshot, items: SOUND.items }).violations.map(describeViolation);
    expect(findings.filter((finding) => finding.includes('CONFIRMED with payment'))).toEqual([]);
  });

  test.each<[string, Parameters<typeof refunded>[0], string]>([
    ['more was given back than taken', { charge: { refunded_minor: 501 } }, 'took 500 and gave 501 back'],
    ['the provider gave back what its payment does not know', { payment: { refunds: [] } }, 'but its payment says 0'],
    ['the record lacks a refund', { order: { refunds: {} } }, 'refund r was made, but its record lacks it'],
    [
      'a declined refund was made',
      { order: { refunds: { r: { ...REFUND, status: 'DECLINED' } }, refundable_minor: 500, refunded_minor: 0 } },
      'refund r is DECLINED, but 500 was given back',
    ],
    ['a refund is still open', { order: { refunds: { r: { ...REFUND, status: 'REQUESTED' } } } }, 'still REQUESTED'],
    [
      'a refund is of another amount',
      { order: { refunds: { r: { ...REFUND, amount_minor: 400 } }, refundable_minor: 100, refunded_minor: 400 } },
      'refund r is of 400, but 500 was given back',
    ],
    ['too much can be refunded', { order: { refundable_minor: 1 } }, 'says that 1 can be refunded, but 0 is left'],
    [
      'the sum of refunds is wrong',
      { order: { refunded_minor: 499 } },
      'says 499 was refunded, but its refunds say 500',
    ],
    ['returned stock is not in the inventory', { returns: [] }, 'but not to the inventory'],
    [
      'more pieces came back than were sold',
      { returns: [{ return_id: 'r', lines: [{ item_id: 'item', count: 3 }] }] },
      '3 of item came back, but 2 were sold',
    ],
  ])('find that %s', (_what, change, finding) => {
    expectFinding(refunded(change), INVARIANT, finding);
  });

  test('find sold stock that came back, and is counted as sold still', () => {
    expectFinding({ ...refunded(), items: SOUND.items }, 'stock adds up', 'add up to 0');
  });

  test('find the payment of a confirmed order that was refunded without a word in its record', () => {
    expectFinding(
      refunded({ order: { refunds: {} } }),
      'captured once, exactly with committed stock',
      'it is CONFIRMED',
    );
  });

  test('find an accepted refund that the record does not have', () => {
    const answers = [{ kind: 'refund-accepted', order_id: 'confirmed', refund_id: 'lost' }] as const;
    expectFinding({ ...refunded(), answers }, 'no answer taken back', 'refund lost was accepted');
  });
});

test('an order with an open refund is work that is left', () => {
  const orders = refunded({ order: { refunds: { r: { ...REFUND, status: 'REQUESTED' } } } }).orders;
  expect([...backlogOf(orders, [], SOUND.taken_at)]).toContain('confirmed');
  expect([...backlogOf(refunded().orders, [], SOUND.taken_at)]).not.toContain('confirmed');
});
