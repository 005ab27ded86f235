import { expect, test } from '@jest/globals';
import { type HashedRequest, newOrder, newOrderId, requestHash, sagaInput } from './new-order.ts';

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

// Pinned values: the id and the hash of a request must be the same in every version that is ever deployed.
test('a request repeated after a deployment names the same order', () => {
  expect(newOrderId('cart-1')).toBe('dca25b40-84bc-5edf-941f-2eda1a678041');
  expect(newOrderId('cart-1', 'ann')).toBe('95352e37-0a5d-576a-8706-fdbb8bc64663');
});

test('a request repeated after a deployment is recognised as the same request', () => {
  expect(requestHash(request)).toBe('960edcfc8fb112cb67f002517408c698587ecf8961a281524b472472707fd4b5');
  expect(requestHash({ lines: [], payment_method: undefined, payment_window_seconds: undefined })).toBe(
    '94b94e787248beeea7456cd72dc35432aa2ea420e9afede5dac44943154af8a7',
  );
});

test.each([[['b', 'a', 'c']], [['c', 'b', 'a']], [['a', 'c', 'b']]])(
  'lines in the sequence %j have the request hash of the sorted ones',
  (ids) => {
    const lines = (of: readonly string[]) => of.map((item_id) => ({ item_id, count: 1 }));
    expect(requestHash({ ...request, lines: lines(ids) })).toBe(
      requestHash({ ...request, lines: lines(['a', 'b', 'c']) }),
    );
  },
);

const PLACED = new Date('2026-11-22T12:00:00.000Z');
const asked = {
  orderId: 'order-1',
  lines: [{ item_id: 'item1', count: 2 }],
  paymentMethod: 'tok_visa',
  paymentWindowSeconds: 900,
  requestedWindowSeconds: undefined,
  traceparent: '00-trace',
  owner: 'ann',
};

test('the record of a new order has what was asked for, and waits for its start', () => {
  expect(newOrder(asked, PLACED)).toEqual({
    order_id: 'order-1',
    status: 'PENDING',
    lines: [{ item_id: 'item1', count: 2 }],
    request_hash: requestHash({
      lines: asked.lines,
      payment_method: 'tok_visa',
      payment_window_seconds: undefined,
    }),
    placement_id: expect.stringMatching(UUID),
    payment_method: 'tok_visa',
    payment_window_seconds: 900,
    timeline: [{ at: '2026-11-22T12:00:00.000Z', status: 'PENDING', what: 'order placed' }],
    created_at: '2026-11-22T12:00:00.000Z',
    updated_at: '2026-11-22T12:00:00.000Z',
    traceparent: '00-trace',
    start_pending: 'Y',
    saga_due: '1',
    saga_due_at: '2026-11-22T12:03:00.000Z',
    owner: 'ann',
  });
});

test('two placements of one request are told apart', () => {
  expect(newOrder(asked, PLACED).placement_id).not.toBe(newOrder(asked, PLACED).placement_id);
});

test('a changed default of the payment window does not make a repeated request another one', () => {
  const later = newOrder({ ...asked, paymentWindowSeconds: 600 }, PLACED);
  expect(later.request_hash).toBe(newOrder(asked, PLACED).request_hash);
  const explicit = newOrder({ ...asked, requestedWindowSeconds: 900 }, PLACED);
  expect(explicit.request_hash).not.toBe(later.request_hash);
});

test('the saga of an order without a payment method gets null for it', () => {
  expect(sagaInput(newOrder({ ...asked, paymentMethod: undefined }, PLACED))).toEqual({
    order_id: 'order-1',
    lines: [{ item_id: 'item1', count: 2 }],
    payment: { method: null },
    payment_window_seconds: 900,
    traceparent: '00-trace',
  });
});
