import { expect, test } from '@jest/globals';
import { testOrder } from '../../tests/support/order.ts';
import { orderView } from './order-view.ts';

const RESERVED = { at: '2026-01-01T00:00:01.000Z', status: 'RESERVED', what: 'stock reserved' } as const;

test('a timeline entry that was written twice, because a reply was lost, is shown once', () => {
  const { timeline } = testOrder();
  const order = testOrder({ timeline: [...timeline, RESERVED, { ...RESERVED }] });
  expect(orderView(order).timeline).toEqual([...timeline, RESERVED]);
});

test('the same event at another time is another timeline entry', () => {
  const again = { ...RESERVED, at: '2026-01-01T00:00:02.000Z' };
  expect(orderView(testOrder({ timeline: [RESERVED, again] })).timeline).toEqual([RESERVED, again]);
});

test('internal attributes of an order are not in its view', () => {
  const shown = JSON.stringify(orderView(testOrder({ task_token: 'token-1', payment_method: 'tok_visa' })));
  for (const secret of ['placement', 'token', 'tok_visa', 'hash']) {
    expect(shown).not.toContain(secret);
  }
});
