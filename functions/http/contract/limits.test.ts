import { expect, test } from '@jest/globals';
import { abandonOrderBody } from './abandon-order.ts';
import { cancelOrderBody } from './cancel-order.ts';
import { correctBody, restockBody } from './correct-stock.ts';
import { orderStatusQuery } from './order-status.ts';
import { payBody } from './pay.ts';
import { idempotencyKey, placeOrderBody } from './place-order.ts';
import { refundOrderBody } from './refund-order.ts';

// Both sides of every limit of a request.

const ID = 'bdc38c99-c74d-4053-8897-7ea0dbd423f8';
const LINE = { id: 'item1', count: 1 };

function lines(count: number) {
  return Array.from({ length: count }, (_, n) => ({ id: `item${n}`, count: 1 }));
}
function payments(count: number) {
  return Array.from({ length: count }, (_, n) => ({
    id: `payment-${n}`,
    order_id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
  }));
}
function word(length: number) {
  return 'x'.repeat(length);
}
function order(differences: object) {
  return { list: [LINE], ...differences };
}
function lineOf(differences: object) {
  return { list: [{ ...LINE, ...differences }] };
}
function payment(differences: object) {
  return { list: [{ id: 'payment-1', order_id: ID, ...differences }] };
}

test.each([
  ['1 line', lines(1)],
  ['50 lines', lines(50)],
  ['a count of 1,000,000', [{ id: 'a', count: 1_000_000 }]],
  ['1,000,000 in two lines', [500_000, 500_000].map((count) => ({ id: 'a', count }))],
  ['two items of 1,000,000 each', ['a', 'b'].map((id) => ({ id, count: 1_000_000 }))],
  ['an item id of 64 characters', [{ id: word(64), count: 1 }]],
  ['an item id of every kind of character', [{ id: 'aZ09._:-', count: 1 }]],
])('an order of %s is accepted', (_what, list) => {
  expect(placeOrderBody.safeParse({ list })).toMatchObject({ success: true });
});

test.each([
  [{ payment: {} }],
  [{ payment: { method: 'tok_visa' } }],
  [{ payment: { window_seconds: 1 } }],
  [{ payment: { window_seconds: 86_400 } }],
  [{ payment: { method: word(64), window_seconds: 60 } }],
])('an order with %j is accepted', (differences) => {
  expect(placeOrderBody.safeParse(order(differences))).toMatchObject({ success: true, data: differences });
});

test.each<readonly [string, unknown, readonly PropertyKey[], RegExp]>([
  ['no line', { list: [] }, ['list'], /1 to 50 lines/],
  ['51 lines', { list: lines(51) }, ['list'], /1 to 50 lines/],
  ['a line of text', { list: ['item1'] }, ['list', 0], /an object with id and count/],
  ['a count of 0', lineOf({ count: 0 }), ['list', 0, 'count'], /1 to 1,000,000/],
  ['a count of 1,000,001', lineOf({ count: 1_000_001 }), ['list', 0, 'count'], /1 to 1,000,000/],
  ['half a count', lineOf({ count: 1.5 }), ['list', 0, 'count'], /1 to 1,000,000/],
  [
    'too many of an item in two lines',
    { list: [500_000, 500_001].map((count) => ({ id: 'a', count })) },
    ['list'],
    /orders 1000001 of item a in all; 1,000,000 is the most/,
  ],
  ['an item id of 65 characters', lineOf({ id: word(65) }), ['list', 0, 'id'], /1 to 64 letters/],
  ['an empty item id', lineOf({ id: '' }), ['list', 0, 'id'], /1 to 64 letters/],
  ['a numeric item id', lineOf({ id: 1 }), ['list', 0, 'id'], /1 to 64 letters/],
  ['an item id and a line feed', lineOf({ id: 'item1\n' }), ['list', 0, 'id'], /1 to 64 letters/],
  ['a method of 65 characters', order({ payment: { method: word(65) } }), ['payment', 'method'], /1 to 64 letters/],
  ['an empty method', order({ payment: { method: '' } }), ['payment', 'method'], /1 to 64 letters/],
  ['no window', order({ payment: { window_seconds: 0 } }), ['payment', 'window_seconds'], /from 1 to 86,400/],
  ['two days', order({ payment: { window_seconds: 86_401 } }), ['payment', 'window_seconds'], /from 1 to 86,400/],
  ['a payment of text', order({ payment: 'tok_visa' }), ['payment'], /must be an object with method/],
  ['no object', [LINE], [], /a JSON object with list/],
])('an order with %s is refused where the fault is, with the rule', (_what, body, path, message) => {
  const { error } = placeOrderBody.safeParse(body);
  expect(error?.issues).toEqual([expect.objectContaining({ path, message: expect.stringMatching(message) })]);
});

test('1 and 10 payments are accepted, none and 11 are refused', () => {
  const accepted = [1, 10, 0, 11].map((count) => payBody.safeParse({ list: payments(count) }).success);
  expect(accepted).toEqual([true, true, false, false]);
});

test.each<readonly [string, unknown, readonly PropertyKey[], RegExp]>([
  ['no payment', { list: [] }, ['list'], /1 to 10 payments/],
  ['11 payments', { list: payments(11) }, ['list'], /1 to 10 payments/],
  ['a payment id of 65 characters', payment({ id: word(65) }), ['list', 0, 'id'], /1 to 64 letters/],
  ['an order id of text', payment({ order_id: 'order-1' }), ['list', 0, 'order_id'], /must be a UUID/],
  ['no object', 'pay', [], /a JSON object with list/],
  ['a payment that is no object', { list: [7] }, ['list', 0], /an object with id and order_id/],
  [
    'an order twice, in two spellings',
    { list: [ID, ID.toUpperCase()].map((order_id, n) => ({ id: `payment-${n}`, order_id })) },
    ['list'],
    /name each order once/,
  ],
])('a request to pay with %s is refused where the fault is, with the rule', (_what, body, path, message) => {
  const { error } = payBody.safeParse(body);
  expect(error?.issues).toEqual([expect.objectContaining({ path, message: expect.stringMatching(message) })]);
});

test('one payment id may pay several orders', () => {
  const list = payments(2).map(({ order_id }) => ({ id: 'tok_visa', order_id }));
  expect(payBody.safeParse({ list })).toMatchObject({ success: true });
});

test('order ids are accepted in any case and read in lower case', () => {
  const upper = ID.toUpperCase();
  expect(cancelOrderBody.parse({ order_id: upper })).toEqual({ order_id: ID });
  expect(orderStatusQuery.parse({ order_id: upper })).toEqual({ order_id: ID });
  expect(payBody.parse(payment({ order_id: upper }))).toMatchObject({ list: [{ order_id: ID }] });
});

test.each([[`${ID}0`], [ID.slice(1)], [` ${ID}`], [`{${ID}}`], [ID.replaceAll('-', '')], [7], [null]])(
  'an order id of %j is refused',
  (order_id) => {
    const message = expect.stringContaining('must be a UUID');
    expect(cancelOrderBody.safeParse({ order_id }).error?.issues).toMatchObject([{ path: ['order_id'], message }]);
    expect(orderStatusQuery.safeParse({ order_id }).error?.issues).toMatchObject([{ path: ['order_id'], message }]);
  },
);

test('a status request may have further parameters, and a cancellation may not', () => {
  expect(orderStatusQuery.safeParse({ order_id: ID, verbose: '1' }).success).toBe(true);
  expect(cancelOrderBody.safeParse({ order_id: ID, force: true }).success).toBe(false);
  expect(cancelOrderBody.safeParse('x').error?.issues).toMatchObject([
    { path: [], message: expect.stringContaining('JSON object with order_id') },
  ]);
});

test.each([
  ['a', true],
  ['!', true],
  ['~', true],
  ['a b', true],
  [word(255), true],
  [undefined, true],
  ['', false],
  [' a', false],
  ['a ', false],
  ['a\tb', false],
  ['\u007f', false],
  [word(256), false],
])('the Idempotency-Key %j is accepted: %s', (key, accepted) => {
  expect(idempotencyKey.safeParse(key).success).toBe(accepted);
});

test.each([
  ['abandon', abandonOrderBody, { order_id: ID }],
  ['refund', refundOrderBody, { order_id: ID }],
  ['restock', restockBody, { id: 'item1', count: 1 }],
  ['correct', correctBody, { id: 'item1', count: 1 }],
])('an operator says why, in 1 to 200 characters that are not only spaces, to %s', (_what, schema, body) => {
  const isTaken = (reason: string | undefined) => schema.safeParse({ ...body, reason }).success;
  expect(['x', word(200), ' x '].map(isTaken)).toEqual([true, true, true]);
  expect([undefined, '', ' ', '\t\n\u00a0', word(201)].map(isTaken)).toEqual(Array(5).fill(false));
});
