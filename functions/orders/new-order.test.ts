import { expect, test } from '@jest/globals';
import { type HashedRequest, newOrderId, requestHash } from './new-order.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[45][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test('without a key, every order has another id', () => {
  expect(newOrderId()).toMatch(UUID);
  expect(newOrderId()).not.toBe(newOrderId());
});

test('the same key names the same order, another key another one', () => {
  expect(newOrderId('cart-1')).toMatch(UUID);
  expect(newOrderId('cart-1')).toBe(newOrderId('cart-1'));
  expect(newOrderId('cart-1')).not.toBe(newOrderId('cart-2'));
});

test("one owner's key never meets another's", () => {
  const ids = [newOrderId('cart-1'), newOrderId('cart-1', 'ann'), newOrderId('cart-1', 'bob')];
  expect(new Set(ids).size).toBe(3);
});

const request: HashedRequest = {
  lines: [
    { item_id: 'a', count: 1 },
    { item_id: 'b', count: 2 },
  ],
  payment_method: 'tok_visa',
  payment_window_seconds: undefined,
};

test('the sequence of the lines does not matter', () => {
  expect(requestHash({ ...request, lines: request.lines.toReversed() })).toBe(requestHash(request));
});

test.each([
  [
    'count',
    {
      ...request,
      lines: [
        { item_id: 'a', count: 1 },
        { item_id: 'b', count: 3 },
      ],
    },
  ],
  ['line', { ...request, lines: request.lines.slice(1) }],
  ['payment method', { ...request, payment_method: undefined }],
  ['window', { ...request, payment_window_seconds: 60 }],
])('another %s is another request', (_what, other) => {
  expect(requestHash(other)).not.toBe(requestHash(request));
});
