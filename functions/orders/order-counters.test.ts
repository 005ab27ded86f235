import { expect, test } from '@jest/globals';
import { testOrder } from '../../tests/support/order.ts';
import type { Order } from './order.ts';
import { countedOrder, counterChanges, sumOfChanges } from './order-counters.ts';
import type { OrderStatus } from './order-status.ts';

const amounts = { amount_minor: 500, currency: 'USD' };

/** An order with the history that leads to the last of these statuses. */
function orderThrough(statuses: readonly OrderStatus[], more: Partial<Order> & { refunded_minor?: number } = {}) {
  const timeline = statuses.map((status) => ({ at: '2026-11-28T12:00:00.000Z', status, what: 'test' }));
  return { ...testOrder({ status: statuses.at(-1) ?? 'PENDING', timeline, ...more }), ...more };
}

test('a new order counts by its status alone, for it has no amount yet', () => {
  expect(counterChanges(undefined, countedOrder(testOrder()))).toEqual({ 'status.PENDING': 1 });
});

test('a removed order takes back what was counted for it', () => {
  const before = countedOrder(orderThrough(['PENDING', 'AUTHORIZED'], amounts));
  expect(counterChanges(before, undefined)).toEqual({ 'status.AUTHORIZED': -1, 'authorized.USD': -500 });
});

test('captured money leaves what is authorized and stays captured', () => {
  const authorized = countedOrder(orderThrough(['PENDING', 'AUTHORIZED'], amounts));
  const paid = countedOrder(orderThrough(['PENDING', 'AUTHORIZED', 'PAID'], amounts));
  const confirmed = countedOrder(orderThrough(['PENDING', 'AUTHORIZED', 'PAID', 'CONFIRMED'], amounts));
  expect(counterChanges(authorized, paid)).toEqual({
    'status.AUTHORIZED': -1,
    'status.PAID': 1,
    'authorized.USD': -500,
    'captured.USD': 500,
  });
  expect(counterChanges(paid, confirmed)).toEqual({ 'status.PAID': -1, 'status.CONFIRMED': 1 });
});

test('an order that is given up behind the pivot stays captured, and its refund counts', () => {
  const parked = orderThrough(['PAID', 'NEEDS_ATTENTION'], { ...amounts, parked_step: 'CommitInventory' });
  const givenUp = orderThrough(['PAID', 'NEEDS_ATTENTION', 'REJECTED'], { ...amounts, refunded_minor: 500 });
  expect(counterChanges(countedOrder(parked), countedOrder(givenUp))).toEqual({
    'status.NEEDS_ATTENTION': -1,
    'status.REJECTED': 1,
    'refunded.USD': 500,
  });
});

test.each(['RecordPayment', 'CommitInventory', 'ConfirmOrder'])(
  'an order parked at %s is captured, even where its record says only that it was authorized',
  (parked_step) => {
    const parked = orderThrough(['AUTHORIZED', 'NEEDS_ATTENTION'], { ...amounts, parked_step });
    expect(countedOrder(parked)).toMatchObject({ authorized_minor: 0, captured_minor: 500 });
  },
);

test('an order whose void gave up counts as authorized', () => {
  const parked = orderThrough(['AUTHORIZED', 'NEEDS_ATTENTION'], { ...amounts, parked_step: 'VoidPayment' });
  expect(countedOrder(parked)).toMatchObject({ authorized_minor: 500, captured_minor: 0 });
});

test('the same state again changes no counter', () => {
  const order = countedOrder(orderThrough(['PAID'], amounts));
  expect(counterChanges(order, order)).toEqual({});
});

test('changes of several orders add up, and those that cancel out are left out', () => {
  expect(
    sumOfChanges([
      { 'status.PAID': -1, 'status.CONFIRMED': 1 },
      { 'status.AUTHORIZED': -1, 'status.PAID': 1, 'captured.USD': 300 },
      { 'captured.USD': 200 },
    ]),
  ).toEqual({ 'status.CONFIRMED': 1, 'status.AUTHORIZED': -1, 'captured.USD': 500 });
});
