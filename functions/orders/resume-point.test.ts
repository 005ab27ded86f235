import { describe, expect, test } from '@jest/globals';
import { awaitingOrder, testOrder } from '../../tests/support/order.ts';
import type { Order, Outcome } from './order.ts';
import { paymentDue } from './payment-window.ts';
import { type ResumedAfter, remainingWindowSeconds, resumedSaga, resumePoint } from './resume-point.ts';

const NOW = new Date('2026-11-22T12:00:00.000Z');
const EXPIRED: Outcome = { status: 'EXPIRED', code: 'PAYMENT_WINDOW_EXPIRED', reason: 'not paid within 60 seconds' };

function resumed(order: Order | undefined, after: ResumedAfter = 'IsResumed', failure?: Outcome) {
  const { step, outcome } = resumePoint(order, after, failure, NOW);
  return [step, outcome.code];
}

/** An order that waits since so many seconds, with a window of a minute. */
function waiting(seconds: number, differences: Partial<Order> = {}): Order {
  const entered = new Date(NOW.getTime() - seconds * 1_000);
  return awaitingOrder({
    payment_window_seconds: 60,
    payment_due_at: paymentDue(entered, 60).toISOString(),
    ...differences,
  });
}

const cancelled = { cancel_requested_at: NOW.toISOString() };

describe('a further run of the saga takes the order up where its record stands', () => {
  test.each<[string, Order, readonly [string, string]]>([
    ['placed', testOrder(), ['ReserveInventory', 'CONFIRMED']],
    ['reserved', testOrder({ status: 'RESERVED' }), ['ReserveInventory', 'CONFIRMED']],
    ['waiting for its payment', waiting(10), ['AwaitPayment', 'CONFIRMED']],
    ['waiting beyond its window', waiting(61), ['VoidPayment', 'PAYMENT_WINDOW_EXPIRED']],
    [
      'cancelled while reserved',
      testOrder({ status: 'RESERVED', ...cancelled }),
      ['VoidPayment', 'CANCELLED_BY_CUSTOMER'],
    ],
    ['cancelled while it waited', waiting(10, cancelled), ['VoidPayment', 'CANCELLED_BY_CUSTOMER']],
    [
      'waiting with a payment that was undone',
      waiting(10, { payment_undone_at: NOW.toISOString() }),
      ['VoidPayment', 'PAYMENT_UNAVAILABLE'],
    ],
    ['authorized', awaitingOrder({ status: 'AUTHORIZED' }), ['IsHoldLongEnough', 'CONFIRMED']],
    ['paid', awaitingOrder({ status: 'PAID' }), ['CommitInventory', 'CONFIRMED']],
  ])('an order that is %s', (_state, order, point) => {
    expect(resumed(order)).toEqual(point);
  });

  test.each(['CONFIRMED', 'REJECTED', 'CANCELLED', 'EXPIRED'] as const)(
    'an order that is %s is left as it is',
    (status) => {
      for (const after of ['IsResumed', 'RecordReservation', 'AwaitPayment', 'ParkOrder', 'AwaitRedrive'] as const) {
        expect(resumed(testOrder({ status }), after, EXPIRED)[0]).toBe('OrderClosed');
      }
    },
  );
});

describe('an execution that is behind the record, because its journal was restored, undoes nothing of another run', () => {
  test.each<[ResumedAfter, Order, string]>([
    ['RecordReservation', waiting(10), 'AwaitPayment'],
    ['RecordReservation', awaitingOrder({ status: 'AUTHORIZED' }), 'IsHoldLongEnough'],
    ['RecordReservation', awaitingOrder({ status: 'PAID' }), 'CommitInventory'],
    ['RecordAuthorization', awaitingOrder({ status: 'PAID' }), 'CommitInventory'],
    ['AwaitPayment', awaitingOrder({ status: 'AUTHORIZED' }), 'IsHoldLongEnough'],
    ['AwaitPayment', awaitingOrder({ status: 'PAID' }), 'CommitInventory'],
    ['AwaitPayment', awaitingOrder({ status: 'CONFIRMED' }), 'OrderClosed'],
    ['ParkOrder', awaitingOrder({ status: 'CONFIRMED' }), 'OrderClosed'],
  ])('after %s', (after, order, step) => {
    expect(resumed(order, after, after === 'AwaitPayment' ? EXPIRED : undefined)[0]).toBe(step);
  });
});

describe('an execution whose start arrived after a further run had begun', () => {
  const order = waiting(10, { saga_run: 2 });
  const stepOf = (execution: string | undefined) =>
    resumedSaga(order.order_id, order, { after: 'RecordReservation', failure: undefined, execution }, NOW).step;

  test('leaves the order to the later run', () => {
    expect([order.order_id, `${order.order_id}-1`].map(stepOf)).toEqual(['OrderClosed', 'OrderClosed']);
  });

  test('is told from the current run, and from an execution that has no name here', () => {
    expect([`${order.order_id}-2`, undefined, 'by-hand'].map(stepOf)).toEqual([
      'AwaitPayment',
      'AwaitPayment',
      'AwaitPayment',
    ]);
  });
});

test('a wait that failed ends the order with its own reason, a cancelled one with the cancellation', () => {
  expect(resumed(waiting(60), 'AwaitPayment', EXPIRED)).toEqual(['VoidPayment', 'PAYMENT_WINDOW_EXPIRED']);
  expect(resumed(waiting(60, cancelled), 'AwaitPayment', EXPIRED)).toEqual(['VoidPayment', 'CANCELLED_BY_CUSTOMER']);
});

test('the record of the order is gone: what was done is undone, and a refused parking ends the execution', () => {
  expect(resumed(undefined, 'RecordAuthorization')[0]).toBe('VoidPayment');
  expect(resumed(undefined, 'ParkOrder')[0]).toBe('OrderClosed');
});

describe('a parked order', () => {
  const parked = { status: 'NEEDS_ATTENTION', parked_step: 'CommitInventory', amount_minor: 2_000 } as const;
  const declined: Outcome = { status: 'REJECTED', code: 'PAYMENT_DECLINED', reason: 'declined' };

  test('goes on at its step, to the end that it was on the way to', () => {
    expect(resumed(testOrder(parked), 'AwaitRedrive')).toEqual(['CommitInventory', 'CONFIRMED']);
    const compensating = testOrder({ ...parked, parked_step: 'ReleaseInventory', parked_outcome: declined });
    expect(resumed(compensating)).toEqual(['ReleaseInventory', 'PAYMENT_DECLINED']);
  });

  test('whose record does not say its end is closed as cancelled or rejected', () => {
    const old = { ...parked, parked_step: 'VoidPayment' };
    expect(resumed(testOrder(old))).toEqual(['VoidPayment', 'ORDERS_UNAVAILABLE']);
    expect(resumed(testOrder({ ...old, ...cancelled }))).toEqual(['VoidPayment', 'CANCELLED_BY_CUSTOMER']);
  });

  test('that an operator has given up gives money and stock back, behind the pivot too', () => {
    const abandoned = testOrder({ ...parked, abandon_requested_at: NOW.toISOString() });
    expect(resumed(abandoned, 'AwaitRedrive')).toEqual(['VoidPayment', 'ABANDONED']);
  });

  test('whose money was given back in full does not commit its stock', () => {
    expect(resumed(testOrder({ ...parked, refunded_minor: 2_000 }))).toEqual(['VoidPayment', 'PAYMENT_REFUNDED']);
    expect(resumed(testOrder({ ...parked, refunded_minor: 1_999 }))).toEqual(['CommitInventory', 'CONFIRMED']);
  });

  test('whose later parking refused this one waits for the operator', () => {
    expect(resumed(testOrder(parked), 'ParkOrder')[0]).toBe('AwaitRedrive');
  });

  test('is left to the operator by an execution that finds it parked by another', () => {
    for (const after of ['RecordReservation', 'AwaitPayment', 'RecordAuthorization', 'RecordFreeOrder'] as const) {
      const order = testOrder({ ...parked, parked_step: 'RecordFreeOrder' });
      expect(resumed(order, after, after === 'AwaitPayment' ? EXPIRED : undefined)[0]).toBe('OrderClosed');
      expect(resumed({ ...order, abandon_requested_at: NOW.toISOString() }, after)[0]).toBe('OrderClosed');
    }
  });

  test('at a step that this version does not know is an InvalidTaskInputError', () => {
    expect(() => resumed(testOrder({ ...parked, parked_step: 'PackParcel' }))).toThrow('PackParcel');
  });
});

test('a resumed wait never shortens the time that the customer was promised', () => {
  for (const seconds of [0, 1, 30, 53]) {
    const order = waiting(seconds);
    const due = paymentDue(NOW, remainingWindowSeconds(order, NOW)).getTime();
    // Whole seconds are lost, no more.
    expect(due).toBeGreaterThan(Date.parse(String(order.payment_due_at)) - 1_000);
  }
});

test('a clock that was set back leaves nothing of the window', () => {
  expect(remainingWindowSeconds(waiting(-3_600), NOW)).toBe(0);
});

test('the redrive of a free order that its customer cancelled before the pivot was written undoes the order', () => {
  const parked = testOrder({ status: 'NEEDS_ATTENTION', amount_minor: 0, parked_step: 'RecordFreeOrder' });
  for (const after of ['IsResumed', 'AwaitRedrive'] as const) {
    expect(resumed({ ...parked, ...cancelled }, after)).toEqual(['VoidPayment', 'CANCELLED_BY_CUSTOMER']);
    expect(
      resumed({ ...parked, parked_outcome: { status: 'CONFIRMED', code: 'CONFIRMED', reason: 'paid' } }, after),
    ).toEqual(['RecordFreeOrder', 'CONFIRMED']);
  }
});
