import { expect, test } from '@jest/globals';
import { EVENT_TYPES } from '../../functions/orders/order-event.ts';
import { ORDER_STATUSES } from '../../functions/orders/order-status.ts';
import type { OrderSnapshot } from './snapshot.ts';
import { findUntoldEvents, type ReceivedEvent } from './told-events.ts';

const SINCE = '2026-11-28T12:00:00.000Z';
const AT = '2026-11-28T12:00:01.000Z';

function order(...statuses: readonly OrderSnapshot['status'][]): OrderSnapshot {
  const timeline = statuses.map((status) => ({ at: AT, status, what: 'test' }));
  return { order_id: 'o-1', status: statuses.at(-1) ?? 'PENDING', lines: [], created_at: AT, timeline };
}

function event(number: number, type: string): ReceivedEvent {
  return { id: `o-1-${number}`, type, orderId: 'o-1' };
}

const CONFIRMED = order('PENDING', 'RESERVED', 'CONFIRMED');
const TOLD = [event(1, 'order.placed'), event(2, 'order.reserved'), event(3, 'order.confirmed')] as const;

function findings(taken: readonly ReceivedEvent[], orders: readonly OrderSnapshot[] = [CONFIRMED], types?: string[]) {
  return findUntoldEvents(orders, { since: SINCE, taken, ...(types !== undefined && { types }) });
}

test('an order whose changes all came in order is sound, doubles and refunds included', () => {
  expect(findings(TOLD)).toEqual([]);
  const refund = { id: 'o-1-refund-r-SUCCEEDED', type: 'order.refunded', orderId: 'o-1' };
  expect(findings([TOLD[0], TOLD[0], TOLD[1], TOLD[0], TOLD[2], refund])).toEqual([]);
});

test.each([
  ['nothing came', []],
  ['one is missing in the middle', [TOLD[0], TOLD[2]]],
  ['the last is missing', TOLD.slice(0, 2)],
  ['two came in the wrong order', [TOLD[0], TOLD[2], TOLD[1]]],
  ['one came that the record has not', [...TOLD, event(4, 'order.rejected')]],
  ['one came with another type', [TOLD[0], event(2, 'order.paid'), TOLD[2]]],
])('an order is found where %s', (_what, taken) => {
  expect(findings(taken)).toMatchObject([
    { invariant: 'webhooks are told every change, in order', subject: { order_id: 'o-1' } },
  ]);
});

test('a webhook that asked for some types is told those alone', () => {
  expect(findings([TOLD[2]], [CONFIRMED], ['order.confirmed'])).toEqual([]);
  expect(findings(TOLD, [CONFIRMED], ['order.confirmed'])).toHaveLength(1);
});

test('an entry that repeats the status is no change', () => {
  expect(findings([TOLD[0], event(3, 'order.reserved')], [order('PENDING', 'PENDING', 'RESERVED')])).toEqual([]);
});

test('an order from before the webhook, or whose saga has not begun, is left out', () => {
  expect(findings([], [{ ...CONFIRMED, created_at: '2026-11-28T11:59:59.999Z' }])).toEqual([]);
  expect(findings([], [{ ...order('PENDING'), start_pending: 'Y' }])).toEqual([]);
});

test('the checker knows a type for every status, and each is one that the service sends', () => {
  const unknown = ORDER_STATUSES.flatMap((status) =>
    findings([], [order(status)]).map(({ finding }) => finding),
  ).filter((finding) => !EVENT_TYPES.some((type) => finding.includes(`1 ${type}`)));
  expect(unknown).toEqual([]);
});
