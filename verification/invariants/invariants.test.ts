import { describe, expect, test } from '@jest/globals';
import { checkInvariants, type Expectations } from './invariants.ts';
import type { Snapshot } from './snapshot.ts';
import { changeExecution, changeOrder, expectFinding, SOUND, withoutExecution } from './testing/broken-snapshots.ts';
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

test('a parked order whose execution was deleted with age passes: a redrive starts a further one', () => {
  expect(checkInvariants(withoutExecution('parked')).violations).toEqual([]);
  expect(
    checkInvariants(withoutExecution('parked'), { recordsKept: true }).violations.map(describeViolation),
  ).toContainEqual(expect.stringContaining('order parked: it is NEEDS_ATTENTION but no execution is known'));
});
