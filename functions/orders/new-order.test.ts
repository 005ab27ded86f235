import { expect, test } from '@jest/globals';
import { type HashedRequest, newOrderId, requestHash } from './new-order.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[45][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test('without an idempotency key, every order gets another id', () => {
  expect(newOrderId()).toMatch(UUID);
  expect(newOrderId()).not.toBe(newOrderId());
});

test('the same idempotency key gives the same order id, another key another id', () => {
  expect(newOrderId('cart-1')).toMatch(UUID);
  expect(newOrderId('cart-1')).toBe(newOrderId('cart-1'));
  expect(newOrderId('cart-1')).not.toBe(newOrderId('cart-2'));
});

test('idempotency keys of different owners never collide', () => {
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

test('the request hash does not depend on the sequence of the lines', () => {
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
])('another %s gives another request hash', (_what, other) => {
  expect(requestHash(other)).not.toBe(requestHash(request));
});
