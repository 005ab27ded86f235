import { expect, test } from '@jest/globals';
import { awaitingOrder, testOrder } from '../../tests/support/order.ts';
import type { Order } from './order.ts';
import type { OrderStatus } from './order-status.ts';
import { CLAIM_LEASE_MS, isClaimed, isOutOfAttempts, MAX_TIMELINE_ENTRIES } from './payment-claim.ts';
import { nextPaymentStep } from './payment-step.ts';

const NOW = new Date('2026-11-22T12:00:00.000Z');
const IN_FORCE = new Date(NOW.getTime() - CLAIM_LEASE_MS).toISOString();
const EXPIRED = new Date(NOW.getTime() - CLAIM_LEASE_MS - 1).toISOString();

const ENTRY = { at: NOW.toISOString(), status: 'AWAITING_PAYMENT', what: 'payment refused' } as const;
function timelineOf(entries: number) {
  return { timeline: Array.from({ length: entries }, () => ENTRY) };
}

function next(order: Order) {
  return nextPaymentStep(order, 'payment-1', NOW);
}

function claimed(by: string, at: string | undefined, differences: Partial<Order> = {}): Order {
  return awaitingOrder({ payment_id: by, payment_claimed_at: at, ...differences });
}

test('a claim is in force up to and including the end of its lease', () => {
  expect(isClaimed(claimed('payment-1', IN_FORCE), NOW)).toBe(true);
  expect(isClaimed(claimed('payment-1', EXPIRED), NOW)).toBe(false);
  expect(isClaimed(claimed('payment-1', undefined), NOW)).toBe(true);
  expect(isClaimed(awaitingOrder({ payment_claimed_at: IN_FORCE }), NOW)).toBe(false);
});

test('an order takes payments until its timeline has 200 entries', () => {
  expect(isOutOfAttempts(awaitingOrder(timelineOf(MAX_TIMELINE_ENTRIES - 1)), false)).toBe(false);
  expect(isOutOfAttempts(awaitingOrder(timelineOf(MAX_TIMELINE_ENTRIES)), false)).toBe(true);
});

test.each<readonly [string, Order]>([
  ['is free', awaitingOrder()],
  ['this payment claimed, but too long ago', claimed('payment-1', EXPIRED)],
  ['another payment claimed, but too long ago', claimed('payment-2', EXPIRED)],
  ['has room for one more entry', awaitingOrder(timelineOf(MAX_TIMELINE_ENTRIES - 1))],
])('a payment claims an order that %s', (_which, order) => {
  expect(next(order)).toEqual({ step: 'CLAIM' });
});

test.each([
  ['is over at its end', 0, 'REFUSE'],
  ['lasts until its end', 1, 'CLAIM'],
  ['begins with its first moment', 900_000, 'CLAIM'],
  ['is over where it seems to begin later, because a clock was set back', 900_001, 'REFUSE'],
])('the time to pay an order %s', (_what, remainingMs, step) => {
  const payment_due_at = new Date(NOW.getTime() + remainingMs).toISOString();
  expect(next(awaitingOrder({ payment_due_at, payment_window_seconds: 900 }))).toMatchObject({ step });
});

test.each<readonly [string, Order, number]>([
  ['that it has claimed', claimed('payment-1', IN_FORCE), 2_000],
  ['that costs nothing', claimed('payment-1', IN_FORCE, { amount_minor: 0 }), 0],
  // It may have been authorized before its last claim expired.
  ['that takes no new claim', claimed('payment-1', EXPIRED, timelineOf(MAX_TIMELINE_ENTRIES)), 2_000],
])('a payment is authorized for an order %s', (_which, order, amountMinor) => {
  expect(next(order)).toEqual({ step: 'AUTHORIZE', taskToken: 'token-1', amountMinor, currency: 'USD' });
});

test.each<readonly [string, Partial<Order>]>([
  ['task token', { task_token: undefined }],
  ['amount', { amount_minor: undefined }],
  ['currency', { currency: undefined }],
])('an order that waits for its payment without its %s is a fault of ours', (_what, missing) => {
  expect(() => next(claimed('payment-1', IN_FORCE, missing))).toThrow('without a token or an amount');
});

test.each<readonly [string, Order]>([
  ['is placed', testOrder()],
  ['has its stock', testOrder({ status: 'RESERVED' })],
  ['is authorized with this payment', awaitingOrder({ status: 'AUTHORIZED', payment_id: 'payment-1' })],
  // The provider's event may come before the saga waits.
  ['was placed with this payment', testOrder({ order_id: 'payment-1', payment_method: 'tok_3ds' })],
])('a payment waits for the saga of an order that %s', (_which, order) => {
  expect(next(order)).toEqual({ step: 'WAIT' });
});

const PARKED = { status: 'NEEDS_ATTENTION', payment_id: 'payment-1' } as const;

test.each<readonly [string, Order]>([
  ['paid', awaitingOrder({ status: 'PAID', payment_id: 'payment-1' })],
  ['confirmed', awaitingOrder({ status: 'CONFIRMED', payment_id: 'payment-1' })],
  ...['RecordPayment', 'CommitInventory', 'ConfirmOrder'].map(
    (parked_step) => [`parked at ${parked_step}`, awaitingOrder({ ...PARKED, parked_step })] as const,
  ),
])('the money of an order is taken where it is %s', (_how, order) => {
  expect(next(order)).toEqual({ step: 'DONE' });
});

test.each<readonly [string, Order, string, RegExp]>([
  ['has a method', testOrder({ payment_method: 'tok_visa' }), 'ORDER_NOT_PAYABLE', /the method it was placed with/],
  [
    'has a method and its stock',
    testOrder({ status: 'RESERVED', payment_method: 'tok_visa' }),
    'ORDER_NOT_PAYABLE',
    /the method it was placed with/,
  ],
  ['is placed and being cancelled', testOrder({ cancel_requested_at: 'now' }), 'ORDER_NOT_PAYABLE', /being cancelled/],
  [
    'waits and is being cancelled',
    claimed('payment-1', IN_FORCE, { cancel_requested_at: 'now' }),
    'ORDER_NOT_PAYABLE',
    /being cancelled/,
  ],
  [
    'had a payment that was undone, and takes no other',
    awaitingOrder({ payment_undone_at: NOW.toISOString() }),
    'ORDER_NOT_PAYABLE',
    /could not be completed and was undone; the order takes no other/,
  ],
  ['another payment has claimed', claimed('payment-2', IN_FORCE), 'PAYMENT_IN_PROGRESS', /another payment/],
  [
    'another payment has claimed as the last one',
    claimed('payment-2', IN_FORCE, timelineOf(MAX_TIMELINE_ENTRIES)),
    'PAYMENT_IN_PROGRESS',
    /another payment/,
  ],
  [
    'has seen too many payments',
    claimed('payment-2', EXPIRED, timelineOf(MAX_TIMELINE_ENTRIES)),
    'ORDER_NOT_PAYABLE',
    /too many payments/,
  ],
  [
    'is authorized with another payment',
    awaitingOrder({ status: 'AUTHORIZED', payment_id: 'payment-2' }),
    'PAYMENT_IN_PROGRESS',
    /another payment/,
  ],
  ...(['PAID', 'CONFIRMED'] as const).map(
    (status) =>
      [
        `is ${status} with another payment`,
        awaitingOrder({ status, payment_id: 'payment-2' }),
        'ORDER_NOT_PAYABLE',
        /paid with another payment/,
      ] as const,
  ),
  [
    'is parked behind the pivot with another payment',
    awaitingOrder({ ...PARKED, payment_id: 'payment-2', parked_step: 'CommitInventory' }),
    'ORDER_NOT_PAYABLE',
    /operator/,
  ],
  ...['CapturePayment', 'VoidPayment', undefined].map(
    (parked_step) =>
      [
        `is parked at ${parked_step}`,
        awaitingOrder({ ...PARKED, parked_step }),
        'ORDER_NOT_PAYABLE',
        /operator/,
      ] as const,
  ),
])('a payment is refused where the order %s', (_which, order, code, message) => {
  expect(next(order)).toMatchObject({ step: 'REFUSE', error: { code, message: expect.stringMatching(message) } });
});

test.each<OrderStatus>(['REJECTED', 'CANCELLED', 'EXPIRED'])(
  'a payment is refused where the order is %s, with the reason if there is one',
  (status) => {
    const over = (reason?: string) => next(awaitingOrder({ status, reason, payment_id: 'payment-1' }));
    const error = { code: 'ORDER_NOT_PAYABLE', message: `the order is ${status.toLowerCase()}` };
    expect(over()).toMatchObject({ step: 'REFUSE', error });
    expect(over('no stock')).toMatchObject({ error: { message: `${error.message}: no stock` } });
  },
);
