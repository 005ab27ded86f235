import { expect, test } from '@jest/globals';
import { backlogOf } from './order-end.ts';
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
