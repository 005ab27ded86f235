import { describe, expect, test } from '@jest/globals';
import { ORDER_STATUSES, type OrderStatus } from '../../functions/orders/order-status.ts';
import { findUnsoundRecord } from './order-record.ts';
import type { OrderSnapshot } from './snapshot.ts';
import { describeViolation } from './violation.ts';

const AT = '2026-01-01T00:00:00.000Z';
const PRICE = { amount_minor: 500, currency: 'USD' };
const DUE = { saga_due: 'a', saga_due_at: AT };
const CLOSED = { reason_code: 'CODE', reason: 'a sentence' };

/** Everything that a record may have in its status, and no more. */
const FULL: Readonly<Record<OrderStatus, Partial<OrderSnapshot>>> = {
  PENDING: { ...DUE, start_pending: 'Y', cancel_requested_at: AT },
  RESERVED: { ...DUE, ...PRICE, cancel_requested_at: AT },
  AWAITING_PAYMENT: {
    ...DUE,
    ...PRICE,
    task_token: 'present',
    task_attempt: 0,
    payment_due_at: AT,
    payment_action_url: 'present',
    cancel_requested_at: AT,
  },
  AUTHORIZED: { ...DUE, ...PRICE, payment_id: 'payment' },
  PAID: { ...DUE, ...PRICE, payment_id: 'payment', parked_step: 'RecordPayment', parked_at_redrive_count: 0 },
  CONFIRMED: { ...PRICE, payment_id: 'payment', parked_at_redrive_count: 0 },
  REJECTED: CLOSED,
  EXPIRED: { ...PRICE, ...CLOSED, payment_due_at: AT },
  CANCELLED: { ...CLOSED, cancel_requested_at: AT },
  NEEDS_ATTENTION: { parked_step: 'CommitInventory', parked_at_redrive_count: 1, cancel_requested_at: AT },
};

/** What a record needs in its status. */
const NEEDED: Readonly<Record<OrderStatus, readonly (keyof OrderSnapshot)[]>> = {
  PENDING: ['saga_due', 'saga_due_at'],
  RESERVED: ['amount_minor', 'currency', 'saga_due', 'saga_due_at'],
  AWAITING_PAYMENT: [
    'amount_minor',
    'currency',
    'task_token',
    'task_attempt',
    'payment_due_at',
    'saga_due',
    'saga_due_at',
  ],
  AUTHORIZED: ['amount_minor', 'currency', 'payment_id', 'saga_due', 'saga_due_at'],
  PAID: ['amount_minor', 'currency', 'payment_id', 'saga_due', 'saga_due_at'],
  CONFIRMED: ['amount_minor', 'currency', 'payment_id'],
  REJECTED: ['reason_code', 'reason'],
  EXPIRED: ['reason_code', 'reason'],
  CANCELLED: ['reason_code', 'reason', 'cancel_requested_at'],
  NEEDS_ATTENTION: ['parked_step', 'parked_at_redrive_count'],
};

/** What misleads in a status: a schedule, an operator, a customer, or whoever reads the token. */
const MISLEADING: Readonly<Record<OrderStatus, readonly (keyof OrderSnapshot)[]>> = {
  PENDING: ['task_token', 'payment_action_url', 'reason_code', 'reason', 'parked_step'],
  RESERVED: ['start_pending', 'task_token', 'payment_action_url', 'reason_code', 'reason', 'parked_step'],
  AWAITING_PAYMENT: ['start_pending', 'reason_code', 'reason', 'parked_step'],
  AUTHORIZED: [
    'start_pending',
    'task_token',
    'payment_action_url',
    'reason_code',
    'reason',
    'parked_step',
    'cancel_requested_at',
  ],
  PAID: ['start_pending', 'task_token', 'payment_action_url', 'reason_code', 'reason', 'cancel_requested_at'],
  CONFIRMED: [
    'start_pending',
    'task_token',
    'payment_action_url',
    'reason_code',
    'reason',
    'parked_step',
    'cancel_requested_at',
  ],
  REJECTED: [
    'start_pending',
    'task_token',
    'payment_action_url',
    'parked_step',
    'cancel_requested_at',
    'saga_due',
    'saga_due_at',
  ],
  EXPIRED: [
    'start_pending',
    'task_token',
    'payment_action_url',
    'parked_step',
    'cancel_requested_at',
    'saga_due',
    'saga_due_at',
  ],
  CANCELLED: ['start_pending', 'task_token', 'payment_action_url', 'parked_step', 'saga_due', 'saga_due_at'],
  NEEDS_ATTENTION: ['start_pending', 'task_token', 'payment_action_url', 'reason_code', 'saga_due', 'saga_due_at'],
};

describe.each(ORDER_STATUSES)('the record of an order that is %s', (status) => {
  test('may have what its status allows', () => {
    expect(findingsOf(record(status))).toEqual([]);
  });

  test('is unsound without each thing that its status needs', () => {
    const found = NEEDED[status].flatMap((name) => {
      const { [name]: _removed, ...rest } = record(status);
      return findingsOf(rest as OrderSnapshot).filter((text) => text.includes('without'));
    });
    expect(found).toEqual(NEEDED[status].map((name) => finding(`it is ${status} without ${name}`)));
  });

  test('is unsound with anything that misleads in its status', () => {
    const found = MISLEADING[status]
      .flatMap((name) => findingsOf({ ...record(status), [name]: 'something' }))
      .filter((text) => text.includes('but has'));
    expect(found).toEqual(MISLEADING[status].map((name) => finding(`it is ${status}, but has ${name}`)));
  });
});

test('an order that is missing from the orders table has no record to check', () => {
  expect(findUnsoundRecord({ order: undefined })).toEqual([]);
});

test.each<[string, OrderSnapshot, string]>([
  ['an empty timeline', { ...record('PENDING'), timeline: [] }, 'its timeline is empty'],
  [
    'a timeline that ends with another status',
    { ...record('RESERVED'), timeline: [{ at: AT, status: 'PENDING', what: '' }] },
    'it is RESERVED, but its timeline ends with PENDING',
  ],
  [
    'a time of the last update that the timeline does not know',
    { ...record('PENDING'), updated_at: 'later' },
    `it was updated at later, but its timeline ends at ${AT}`,
  ],
  [
    'no time of the last update',
    { ...withoutUpdate(record('PENDING')) },
    `it was updated at no time, but its timeline ends at ${AT}`,
  ],
  [
    'an amount that its lines do not cost',
    { ...record('CONFIRMED'), amount_minor: 501 },
    'its lines cost 500, but its amount is 501',
  ],
  [
    'a line without a price',
    { ...record('CONFIRMED'), lines: [{ item_id: 'item', count: 2 }] },
    'its lines cost NaN, but its amount is 500',
  ],
  [
    'a claim that cannot expire',
    { ...record('AWAITING_PAYMENT'), payment_id: 'payment' },
    'it is claimed by a payment without payment_claimed_at',
  ],
  [
    'a key of the index under which the reconciliation does not look for it',
    { ...record('RESERVED'), saga_due: 'b' },
    'its key of the index saga-due is b',
  ],
  [
    'a claim of no payment',
    { ...record('AWAITING_PAYMENT'), payment_claimed_at: AT },
    'it has payment_claimed_at without payment_id',
  ],
])('a record with %s is unsound', (_what, order, expected) => {
  expect(findingsOf(order)).toEqual([finding(expected)]);
});

test.each<[string, OrderSnapshot]>([
  ['a payment that has claimed it and was authorized', { ...record('AUTHORIZED'), payment_claimed_at: AT }],
  ['a claim in force', { ...record('AWAITING_PAYMENT'), payment_id: 'payment', payment_claimed_at: AT }],
  ['the key of an older version', { ...record('RESERVED'), saga_due: 'Y' }],
  ['lines that were deleted with age', { ...record('CONFIRMED'), lines: [] }],
  ['lines that were never priced', { ...record('REJECTED'), lines: [{ item_id: 'item', count: 2 }] }],
  [
    'two lines that add up',
    {
      ...record('RESERVED'),
      lines: [
        { item_id: 'one', count: 2, unit_price_minor: 100 },
        { item_id: 'other', count: 3, unit_price_minor: 100 },
      ],
    },
  ],
])('a record with %s is sound', (_what, order) => {
  expect(findingsOf(order)).toEqual([]);
});

function record(status: OrderStatus): OrderSnapshot {
  return {
    order_id: 'a',
    status,
    lines: [{ item_id: 'item', count: 2, unit_price_minor: 250 }],
    created_at: AT,
    updated_at: AT,
    timeline: [
      { at: 'before', status: 'another', what: '' },
      { at: AT, status, what: '' },
    ],
    ...FULL[status],
  };
}

function withoutUpdate({ updated_at: _updated, ...rest }: OrderSnapshot): OrderSnapshot {
  return rest;
}

function findingsOf(order: OrderSnapshot): readonly string[] {
  return findUnsoundRecord({ order }).map(describeViolation);
}

function finding(text: string): string {
  return `the record of an order fits its status: order a: ${text}`;
}
