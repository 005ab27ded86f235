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
  const shown = JSON.stringify([orderView(order, CUSTOMER), orderView(order, OPERATOR)]);
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
