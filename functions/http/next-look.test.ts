import { expect, test } from '@jest/globals';
import { testOrder } from '../../tests/support/order.ts';
import type { OrderStatus } from '../orders/order-status.ts';
import { secondsUntilNextLook } from './next-look.ts';

const SINCE = Date.parse('2026-11-22T12:00:00.000Z');

function secondsAfter(waitedMs: number, status: OrderStatus, cancelRequested = false): number | undefined {
  const at = new Date(SINCE).toISOString();
  const order = testOrder({ status, updated_at: at, ...(cancelRequested && { cancel_requested_at: at }) });
  return secondsUntilNextLook(order, SINCE + waitedMs);
}

test.each([
  [-60_000, undefined],
  [0, undefined],
  [999, undefined],
  [1_000, 1],
  [7_999, 1],
  [8_000, 2],
  [22_000, 5],
  [40_000, 10],
  [3_600_000, 10],
])('a caller of an order that has waited for %d ms is asked to wait %s s', (waited, seconds) => {
  expect(secondsAfter(waited, 'PENDING')).toBe(seconds);
});

test.each(['PENDING', 'RESERVED', 'AUTHORIZED', 'PAID'] as const)(
  'an order that is %s moves on by itself',
  (status) => {
    expect(secondsAfter(20_000, status)).toBe(5);
  },
);

test.each(['AWAITING_PAYMENT', 'CONFIRMED', 'REJECTED', 'CANCELLED', 'EXPIRED', 'NEEDS_ATTENTION'] as const)(
  'nobody is asked to wait for an order that is %s',
  (status) => {
    expect(secondsAfter(20_000, status)).toBeUndefined();
  },
);

test('an order whose payment is no longer awaited, because it is being cancelled, moves on by itself', () => {
  expect(secondsAfter(20_000, 'AWAITING_PAYMENT', true)).toBe(5);
  expect(secondsAfter(20_000, 'CANCELLED', true)).toBeUndefined();
});
