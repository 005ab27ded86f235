import { expect, test } from '@jest/globals';
import { newOrderId } from './order-id.ts';

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
