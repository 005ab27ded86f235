import { expect, test } from '@jest/globals';
import type { OrderCase } from './order-case.ts';
import { backlogOf, findUnendedOrder, isWaitingForPayment } from './order-end.ts';
import type { OrderSnapshot } from './snapshot.ts';

const base = { lines: [], created_at: '2026-01-01T00:00:00.000Z', timeline: [] };
const orders: readonly OrderSnapshot[] = [
  { ...base, order_id: 'pending', status: 'PENDING' },
  { ...base, order_id: 'confirmed', status: 'CONFIRMED' },
  { ...base, order_id: 'parked', status: 'NEEDS_ATTENTION' },
  { ...base, order_id: 'due-soon', status: 'AWAITING_PAYMENT', payment_due_at: '2026-01-01T00:00:30.000Z' },
  { ...base, order_id: 'due-late', status: 'AWAITING_PAYMENT', payment_due_at: '2026-01-01T09:00:00.000Z' },
];
const UNTIL = '2026-01-01T00:01:00.000Z';

test('the backlog is the open orders without those whose payment is due later', () => {
  expect([...backlogOf(orders, ['due-late'], UNTIL)]).toEqual(['pending', 'due-soon']);
});

test('an execution that still runs belongs to the backlog, whatever the status of its order', () => {
  expect([...backlogOf(orders, ['confirmed', 'parked', 'unknown'], UNTIL)]).toEqual([
    'pending',
    'due-soon',
    'confirmed',
    'parked',
    'unknown',
  ]);
});

const NOW = '2026-01-01T00:00:30.000Z';

test.each([
  ['a second before', '2026-01-01T00:00:29.000Z', true],
  ['not at that moment', NOW, false],
])('an order may stand still until its payment is due: %s', (_, now, isWaiting) => {
  const order = { ...base, order_id: 'waiting', status: 'AWAITING_PAYMENT', payment_due_at: NOW } as const;
  expect(isWaitingForPayment(order, now)).toBe(isWaiting);
});

test.each([
  ['can be redriven', { status: 'FAILED', redrivable: true }, 'ENDED', 0],
  ['is not known to be too old for a redrive', { status: 'FAILED' }, 'ENDED', 0],
  ['cannot be redriven', { status: 'FAILED', redrivable: false }, 'ENDED', 1],
  ['was stopped', { status: 'ABORTED' }, 'ENDED', 1],
  ['failed, though nobody noted that', { status: 'FAILED', redrivable: true }, 'Y', 1],
] as const)(
  'an order whose execution ended before its first write is parked where it %s',
  (_, found, start_pending, violations) => {
    const order: OrderSnapshot = { ...base, order_id: 'order', status: 'PENDING', start_pending };
    const subject = { order_id: 'order', order, execution: { order_id: 'order', ...found }, charges: [] };
    expect(findUnendedOrder(subject as unknown as OrderCase, NOW, true)).toHaveLength(violations);
  },
);
