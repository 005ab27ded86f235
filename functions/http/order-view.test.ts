import { expect, test } from '@jest/globals';
import { testOrder } from '../../tests/support/order.ts';
import { orderView, visibleOrder } from './order-view.ts';

const CUSTOMER = { owner: 'ann', roles: ['customer'] } as const;
const OPERATOR = { owner: 'olaf', roles: ['customer', 'operator'] } as const;
const RESERVED = { at: '2026-01-01T00:00:01.000Z', status: 'RESERVED', what: 'stock reserved' } as const;

test('a timeline entry that was written twice, because a reply was lost, is shown once', () => {
  const { timeline } = testOrder();
  const order = testOrder({ timeline: [...timeline, RESERVED, { ...RESERVED }] });
  expect(orderView(order, CUSTOMER).timeline).toEqual([...timeline, RESERVED]);
});

test('the same event at another time is another timeline entry', () => {
  const again = { ...RESERVED, at: '2026-01-01T00:00:02.000Z' };
  expect(orderView(testOrder({ timeline: [RESERVED, again] }), CUSTOMER).timeline).toEqual([RESERVED, again]);
});

test('internal attributes of an order are not in its view', () => {
  const order = testOrder({ task_token: 'token-1', payment_method: 'tok_visa' });
  const views = [orderView(order, CUSTOMER), orderView(order, OPERATOR)];
  const shownOfBoth = { order_id: order.order_id, payment: { kind: 'METHOD_GIVEN' } };
  expect(views).toMatchObject([shownOfBoth, shownOfBoth]);
  const shown = JSON.stringify(views);
  for (const secret of ['placement', 'token', 'tok_visa', 'hash']) {
    expect(shown).not.toContain(secret);
  }
});

test('a customer does not read which step of a parked order failed nor how; an operator does', () => {
  const parking = {
    at: '2026-01-01T00:00:03.000Z',
    status: 'NEEDS_ATTENTION',
    what: 'CommitInventory needs attention',
  };
  const order = testOrder({
    status: 'NEEDS_ATTENTION',
    owner: 'ann',
    timeline: [RESERVED, { ...parking, status: 'NEEDS_ATTENTION', why: 'RetryableError' }],
    parked_step: 'CommitInventory',
    reason: 'the inventory: DEADLINE_EXCEEDED remote_addr=127.0.0.1:50351',
  });
  expect(JSON.stringify(orderView(order, CUSTOMER))).not.toMatch(
    /CommitInventory|RetryableError|127\.0\.0\.1|DEADLINE/,
  );
  expect(orderView(order, CUSTOMER)).toMatchObject({
    status: 'NEEDS_ATTENTION',
    timeline: [RESERVED, { at: parking.at }],
  });
  expect(orderView(order, OPERATOR)).toMatchObject({
    owner: 'ann',
    parked_step: 'CommitInventory',
    reason: order.reason,
    timeline: order.timeline,
  });
});

test('an order is visible to its owner and to operators', () => {
  const order = testOrder({ owner: 'ann' });
  expect(visibleOrder(order, CUSTOMER)).toBe(order);
  expect(visibleOrder(order, OPERATOR)).toBe(order);
  expect(() => visibleOrder(order, { owner: 'bob', roles: ['customer'] })).toThrow('no record found');
  expect(() => visibleOrder(testOrder(), CUSTOMER)).toThrow('no record found');
});

test('the view of an order says that a cancellation was requested, and only then', () => {
  expect(orderView(testOrder(), CUSTOMER).cancel_requested).toBeUndefined();
  expect(orderView(testOrder({ cancel_requested_at: '2026-01-01T00:00:00.000Z' }), CUSTOMER).cancel_requested).toBe(
    true,
  );
});

test('the view of an order has its payment, why it ended, and an amount of nothing', () => {
  const order = testOrder({
    status: 'EXPIRED',
    amount_minor: 0,
    currency: 'USD',
    payment_id: 'payment-1',
    payment_due_at: '2026-01-01T00:15:00.000Z',
    reason_code: 'PAYMENT_WINDOW_EXPIRED',
    reason: 'no payment came',
  });
  expect(orderView(order, CUSTOMER)).toMatchObject({
    amount: { value: 0, currency: 'USD' },
    payment: { kind: 'PAY_LATER', payment_id: 'payment-1', due_at: '2026-01-01T00:15:00.000Z' },
    reason_code: 'PAYMENT_WINDOW_EXPIRED',
    reason: 'no payment came',
  });
});
