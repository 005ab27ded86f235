import { describe, expect, test } from '@jest/globals';
import { checkInvariants, type Expectations } from './invariants.ts';
import type { ChargeSnapshot, ItemSnapshot, Snapshot } from './snapshot.ts';
import {
  changeCharge,
  changed,
  changeExecution,
  changeOrder,
  changePayment,
  changeReservation,
  expectFinding,
  SOUND,
  withoutExecution,
  withoutOrder,
} from './testing/broken-snapshots.ts';
import { describeViolation } from './violation.ts';

describe('a sound snapshot', () => {
  test('a sound snapshot passes, and the report counts what was checked', () => {
    const report = checkInvariants(SOUND);
    expect(report.violations).toEqual([]);
    expect(report.verdict).toBe('all hold');
    expect(report.checked).toMatchObject({ orders: 9, items: 1, executions: 9, waiting: 1 });
    expect(report.checked.orders_by_status).toMatchObject({ CONFIRMED: 1, REJECTED: 4, NEEDS_ATTENTION: 1 });
  });

  test('a snapshot still passes when the execution of a finished order was deleted with age', () => {
    expect(checkInvariants(withoutExecution('confirmed')).verdict).toBe('all hold');
  });

  test('a sound snapshot also passes against full expectations', () => {
    expect(checkInvariants(SOUND, { recordsKept: true, stocked: new Map([['item', 100]]) }).verdict).toBe('all hold');
  });

  const nothing: Snapshot = {
    ...SOUND,
    orders: [],
    reservations: [],
    payments: [],
    charges: [],
    executions: [],
    answers: [],
    items: [],
  };
  const stock = { item_id: 'item', stocked: 1, available: 1, held: 0, sold: 0 };
  const rejected = SOUND.orders.filter(({ order_id }) => order_id === 'never-reserved');
  test.each([
    ['nothing in it', nothing],
    ['stock but no orders', { ...nothing, items: [stock] }],
    ['orders but no stock', { ...nothing, orders: rejected }],
  ] as const)('a snapshot with %s does not pass', (_what, empty) => {
    expect(checkInvariants(empty).verdict).toBe('nothing was checked');
  });
});

describe('every accepted order ends', () => {
  test.each([
    [
      'an order whose saga never started',
      changeOrder('confirmed', { status: 'PENDING' }, withoutExecution('confirmed')),
      'still PENDING and no execution',
    ],
    [
      'an order stuck in the middle',
      changeOrder('confirmed', { status: 'RESERVED' }),
      'still RESERVED and its execution is SUCCEEDED',
    ],
    [
      'an order that waits beyond its due time',
      changeOrder('waiting', { payment_due_at: SOUND.taken_at }),
      'still AWAITING_PAYMENT',
    ],
    [
      'an order that waits without a running saga',
      changeExecution('waiting', { status: 'ABORTED' }),
      'its execution is ABORTED',
    ],
    [
      'a parked order without a failed execution',
      changeExecution('parked', { status: 'SUCCEEDED' }),
      'NEEDS_ATTENTION but its execution is SUCCEEDED',
    ],
    ['a parked order that cannot be redriven', changeExecution('parked', { redrivable: false }), 'cannot be redriven'],
    [
      'a finished order whose saga failed',
      changeExecution('declined', { status: 'FAILED' }),
      'REJECTED but its execution is FAILED',
    ],
  ])('%s is found', (_what, snapshot, finding) => {
    expectFinding(snapshot, 'every accepted order ends', finding);
  });
});

describe('against full expectations', () => {
  const recordsKept = true;
  test.each<[string, Snapshot, Expectations, string]>([
    [
      'a finished order whose execution is gone',
      withoutExecution('confirmed'),
      { recordsKept },
      'order confirmed: it is CONFIRMED but no execution is known',
    ],
    [
      'an order that lost its lines',
      changeOrder('confirmed', { lines: [] }),
      { recordsKept },
      'order confirmed: it asks for nothing, but its COMMITTED reservation is for 2 of item',
    ],
    [
      'an item without a row, with everything else intact',
      SOUND,
      { stocked: new Map([['lost', 5]]) },
      'item lost: it was stocked with 5, but there is no such item any more',
    ],
    [
      'an item whose consistent record lost a unit',
      SOUND,
      { stocked: new Map([['item', 101]]) },
      'item item: it was stocked with 101, but its record says 100',
    ],
  ])('%s is found', (_what, snapshot, expected, finding) => {
    expect(checkInvariants(snapshot, expected).violations.map(describeViolation)).toEqual([
      expect.stringContaining(finding),
    ]);
  });
});

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

describe('captured once, exactly with committed stock', () => {
  const second: ChargeSnapshot = {
    charge_id: 'second',
    order_id: 'confirmed',
    state: 'REFUNDED',
    amount_minor: 500,
    currency: 'USD',
    captures: 1,
    refunds: 1,
  };
  test.each([
    [
      'a second capture, even a refunded one',
      { ...SOUND, charges: [...SOUND.charges, second] },
      'took its money 2 times: charge-confirmed, second',
    ],
    [
      'a capture that Payment does not know',
      changePayment('confirmed', { state: 'AUTHORIZED' }),
      "AUTHORIZED, but the provider's ledger shows 1 captured",
    ],
    [
      'a capture that the provider does not know',
      changeCharge('confirmed', { state: 'AUTHORIZED', captures: 0 }),
      "CAPTURED, but the provider's ledger shows 0 captured",
    ],
    ['a wrong amount', changeCharge('confirmed', { amount_minor: 501 }), 'took 501 USD, but the order costs 500 USD'],
    ['a wrong currency', changeCharge('confirmed', { currency: 'EUR' }), 'took 500 EUR, but the order costs 500 USD'],
    [
      'money without stock',
      changeReservation('confirmed', { state: 'RELEASED' }),
      'its money was taken without its stock',
    ],
    [
      'stock without money',
      changeReservation('declined', { state: 'COMMITTED' }),
      'its stock is committed without its money',
    ],
    [
      'stock committed before its money, even while it waits',
      changeReservation('waiting', { state: 'COMMITTED' }),
      'committed without its money',
    ],
    [
      'a confirmed order without payment and stock',
      changeOrder('never-reserved', { status: 'CONFIRMED' }),
      'it is CONFIRMED with payment absent, reservation absent',
    ],
    [
      'a confirmed order whose stock is only held',
      changeReservation('confirmed', { state: 'HELD' }),
      'it is CONFIRMED with payment CAPTURED, reservation HELD',
    ],
    [
      'a confirmed order whose money is only authorized',
      changePayment('confirmed', { state: 'AUTHORIZED' }),
      'it is CONFIRMED with payment AUTHORIZED, reservation COMMITTED',
    ],
    [
      'money taken for an order without a price',
      changeOrder('confirmed', { amount_minor: undefined, currency: undefined } as never),
      'took 500 USD, but the order costs nothing',
    ],
    [
      'a refund without a capture',
      changeCharge('declined', { state: 'REFUNDED', refunds: 1 }),
      'charge charge-declined was captured 0 times and refunded 1 times',
    ],
    [
      'a rejected order with captured payment and committed stock',
      changeOrder('confirmed', { status: 'REJECTED' }),
      'it is REJECTED with payment CAPTURED, reservation COMMITTED',
    ],
    [
      'money taken for a missing order',
      withoutOrder('confirmed'),
      'it is not in the orders table with payment CAPTURED',
    ],
  ])('%s is found', (_what, snapshot, finding) => {
    expectFinding(snapshot, 'captured once, exactly with committed stock', finding);
  });
});

describe('nothing left behind a finished order', () => {
  test.each([
    ['held stock', changeReservation('declined', { state: 'HELD' }), 'it is REJECTED, but its stock is still held'],
    [
      'an authorized payment',
      changePayment('cancelled', { state: 'AUTHORIZED' }),
      'it is CANCELLED, but its payment is still AUTHORIZED',
    ],
    [
      'a payment of unknown outcome',
      changePayment('expired', { state: 'PENDING' }),
      'it is EXPIRED, but its payment is still PENDING',
    ],
    [
      'a payment that waits for its customer',
      changePayment('expired', { state: 'ACTION_REQUIRED' }),
      'it is EXPIRED, but its payment is still ACTION_REQUIRED',
    ],
    [
      'a charge that its customer may still approve',
      changeCharge('declined', { state: 'ACTION_REQUIRED' }),
      'its customer may still approve charge charge-declined',
    ],
    [
      'a charge that only the provider knows',
      changeCharge('declined', { state: 'AUTHORIZED' }),
      'still keeps charge charge-declined authorized',
    ],
    [
      'stock held for a missing order',
      withoutOrder('waiting'),
      'it is not in the orders table, but its stock is still held',
    ],
  ])('%s is found', (_what, snapshot, finding) => {
    expectFinding(snapshot, 'nothing left behind a finished order', finding);
  });
});

describe('an order that costs nothing', () => {
  const free = { amount_minor: 0, lines: [{ item_id: 'item', count: 2, unit_price_minor: 0 }] };
  const confirmed = changeOrder('confirmed', free);
  const unpaid: Snapshot = {
    ...confirmed,
    orders: confirmed.orders.map(({ payment_id: _paid, ...order }) => order),
    payments: confirmed.payments.filter(({ order_id }) => order_id !== 'confirmed'),
    charges: confirmed.charges.filter(({ order_id }) => order_id !== 'confirmed'),
  };

  test('is confirmed without a payment', () => {
    expect(checkInvariants(unpaid).violations).toEqual([]);
    expect(checkInvariants({ ...unpaid, answers: [{ kind: 'payment-settled', order_id: 'confirmed' }] }).verdict).toBe(
      'all hold',
    );
  });

  test.each<[string, Snapshot, string]>([
    [
      'a payment of it',
      { ...unpaid, payments: [...unpaid.payments, { order_id: 'confirmed', state: 'AUTHORIZED' }] },
      'it costs nothing, but has a payment that is AUTHORIZED',
    ],
    [
      'one that is confirmed without its stock',
      { ...unpaid, reservations: changed(unpaid.reservations, 'confirmed', { state: 'HELD' }) },
      'it is CONFIRMED with reservation HELD',
    ],
    [
      'one that was rejected with its stock',
      changeOrder('confirmed', { status: 'REJECTED' }, unpaid),
      'it is REJECTED with committed stock',
    ],
  ])('%s is found', (_what, snapshot, finding) => {
    expectFinding(snapshot, 'captured once, exactly with committed stock', finding);
  });
});

test('a parked order whose execution was deleted with age passes: a redrive starts a further one', () => {
  expect(checkInvariants(withoutExecution('parked')).violations).toEqual([]);
  expect(
    checkInvariants(withoutExecution('parked'), { recordsKept: true }).violations.map(describeViolation),
  ).toContainEqual(expect.stringContaining('order parked: it is NEEDS_ATTENTION but no execution is known'));
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
