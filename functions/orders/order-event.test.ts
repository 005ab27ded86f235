import { describe, expect, test } from '@jest/globals';
import { testOrder } from '../../tests/support/order.ts';
import type { Order } from './order.ts';
import { EVENT_TYPES, earlierRecordSchema, type OrderEvent, orderEvents } from './order-event.ts';
import { ORDER_STATUSES, type OrderStatus } from './order-status.ts';
import type { Refund } from './refunds/refund.ts';

/** An order that went through these statuses, one entry of its timeline each. */
function orderAfter(statuses: readonly OrderStatus[], differences: Partial<Order> = {}): Order {
  const timeline = statuses.map((status, index) => ({
    at: `2026-11-28T12:00:0${index}.000Z`,
    status,
    what: `entry ${index + 1}`,
  }));
  return testOrder({ start_pending: undefined, status: statuses.at(-1) ?? 'PENDING', timeline, ...differences });
}

function told(events: readonly OrderEvent[]): readonly string[] {
  return events.map(({ id, type, orderId }) => `${id.replace(orderId, '')} ${type}`);
}

function between(before: Order | undefined, after: Order) {
  return orderEvents(before === undefined ? undefined : earlierRecordSchema.parse(before), after);
}

test('every status of an order has a type of event, and refunds have one', () => {
  const types = ORDER_STATUSES.map((status) => between(undefined, orderAfter([status]))[0]?.type);
  expect(types.toSorted()).toEqual(EVENT_TYPES.filter((type) => type !== 'order.refunded').toSorted());
});

test('an order that was placed is not told of until its saga has written, then with the first change', () => {
  const placed = testOrder();
  expect(placed.start_pending).toBe('Y');
  expect(between(undefined, placed)).toEqual([]);
  const reserved = orderAfter(['PENDING', 'RESERVED'], { order_id: placed.order_id });
  expect(told(between(placed, reserved))).toEqual(['-1 order.placed', '-2 order.reserved']);
});

test('only what was added to the timeline since the record before is told', () => {
  const before = orderAfter(['PENDING', 'RESERVED']);
  const after = orderAfter(['PENDING', 'RESERVED', 'AUTHORIZED'], { order_id: before.order_id });
  expect(told(between(before, after))).toEqual(['-3 order.authorized']);
  expect(between(after, after)).toEqual([]);
});

test('an entry that repeats the status is no event, and later ones keep their numbers', () => {
  const before = orderAfter(['PENDING', 'AWAITING_PAYMENT']);
  const claimed = orderAfter(['PENDING', 'AWAITING_PAYMENT', 'AWAITING_PAYMENT', 'AUTHORIZED']);
  expect(told(between(before, claimed))).toEqual(['-4 order.authorized']);
});

test('an order that is parked, redriven and parked again is told of at each change', () => {
  const order = orderAfter(['PENDING', 'PAID', 'NEEDS_ATTENTION', 'NEEDS_ATTENTION', 'CONFIRMED']);
  expect(told(between(undefined, order))).toEqual([
    '-1 order.placed',
    '-2 order.paid',
    '-3 order.needs_attention',
    '-5 order.confirmed',
  ]);
});

describe('the data of an event', () => {
  test('has the status of the event, not that of the record, and the time of its entry', () => {
    const events = between(undefined, orderAfter(['PENDING', 'RESERVED', 'CONFIRMED']));
    expect(events.map(({ at, data }) => `${at} ${data.status}`)).toEqual([
      '2026-11-28T12:00:00.000Z PENDING',
      '2026-11-28T12:00:01.000Z RESERVED',
      '2026-11-28T12:00:02.000Z CONFIRMED',
    ]);
  });

  test('has lines, amount, payment and why an order is over', () => {
    const lines = [{ item_id: 'item1', count: 2, name: 'pen', unit_price_minor: 250 }];
    const money = { amount_minor: 500, currency: 'EUR' };
    const over = { reason_code: 'PAYMENT_DECLINED', reason: 'the card was declined' };
    const order = orderAfter(['PENDING', 'REJECTED'], { lines, ...money, ...over, payment_id: 'tok_declined' });
    expect(between(undefined, order).at(-1)?.data).toEqual({
      order_id: order.order_id,
      status: 'REJECTED',
      lines: [{ id: 'item1', count: 2, name: 'pen', unit_price: 250 }],
      amount: { value: 500, currency: 'EUR' },
      payment_id: 'tok_declined',
      reason_code: 'PAYMENT_DECLINED',
      reason: 'the card was declined',
      created_at: order.created_at,
    });
  });

  test('has no amount before there is one', () => {
    const [placed] = between(undefined, orderAfter(['PENDING', 'RESERVED']));
    expect(placed?.data).not.toHaveProperty('amount');
  });

  test('says by what and why an order is over in the last event, and not in those before', () => {
    const over = { payment_id: 'payment-1', reason_code: 'PAYMENT_DECLINED', reason: 'the card was declined' };
    const [placed, rejected] = between(undefined, orderAfter(['PENDING', 'REJECTED'], over));
    expect(rejected?.data).toMatchObject(over);
    for (const detail of ['payment_id', 'reason_code', 'reason']) {
      expect(placed?.data).not.toHaveProperty(detail);
    }
  });

  test('says until when an order can be paid, and only while it waits', () => {
    const order = orderAfter(['PENDING', 'AWAITING_PAYMENT', 'EXPIRED'], {
      payment_due_at: '2026-11-28T12:15:00.000Z',
    });
    expect(between(undefined, order).map(({ data }) => data.due_at)).toEqual([
      undefined,
      '2026-11-28T12:15:00.000Z',
      undefined,
    ]);
  });

  test('has nothing of a parked order that is for operators only, and no secret', () => {
    const order = orderAfter(['PENDING', 'NEEDS_ATTENTION'], {
      parked_step: 'CommitInventory',
      parked_error: 'ReservationReleasedError',
      reason: 'CommitInventory failed',
      task_token: 'secret-token',
      owner: 'ann',
      request_hash: 'hash',
    });
    const text = JSON.stringify(between(undefined, order));
    expect(text).toContain('order.needs_attention');
    expect(text).not.toMatch(/CommitInventory|ReservationReleased|secret-token|ann|hash/);
  });
});

describe('refunds', () => {
  const confirmed = orderAfter(['PENDING', 'CONFIRMED'], { amount_minor: 500, currency: 'EUR' });
  const requested: Refund = {
    amount_minor: 200,
    restock: false,
    reason: 'arrived broken',
    requested_by: 'olaf',
    status: 'REQUESTED',
    requested_at: '2026-11-28T12:59:00.000Z',
  };
  const succeeded: Refund = { ...requested, status: 'SUCCEEDED', ended_at: '2026-11-28T13:00:00.000Z' };

  function refunded(refunds: Readonly<Record<string, Refund>>): Order {
    return { ...confirmed, refunds };
  }

  test('a refund is told of once it has succeeded, under its own id', () => {
    expect(between(confirmed, refunded({ r1: requested }))).toEqual([]);
    const [event, ...others] = between(refunded({ r1: requested }), refunded({ r1: succeeded }));
    expect(others).toEqual([]);
    expect(event).toMatchObject({
      id: `${confirmed.order_id}-refund-r1-SUCCEEDED`,
      type: 'order.refunded',
      at: '2026-11-28T13:00:00.000Z',
      data: { status: 'CONFIRMED', refund: { refund_id: 'r1', amount: 200 } },
    });
    expect(JSON.stringify(event)).not.toMatch(/broken|olaf/);
  });

  test('a refund of lines says which pieces it is for', () => {
    const lines = [{ item_id: 'item1', count: 1 }];
    const [event] = between(confirmed, refunded({ r1: { ...succeeded, lines } }));
    expect(event?.data.refund).toEqual({ refund_id: 'r1', amount: 200, lines: [{ id: 'item1', count: 1 }] });
  });

  test('a refund that had succeeded before is not told again beside another one', () => {
    const events = between(refunded({ r1: succeeded }), refunded({ r1: succeeded, r2: succeeded }));
    expect(told(events)).toEqual(['-refund-r2-SUCCEEDED order.refunded']);
  });

  test('refunds that one change of the record shows are told in the sequence in which they ended', () => {
    const later: Refund = { ...succeeded, ended_at: '2026-11-28T13:00:01.000Z' };
    const events = between(confirmed, refunded({ r1: later, r2: succeeded }));
    expect(told(events)).toEqual(['-refund-r2-SUCCEEDED order.refunded', '-refund-r1-SUCCEEDED order.refunded']);
  });

  test('a refund that was declined is not told', () => {
    expect(between(confirmed, refunded({ r1: { ...requested, status: 'DECLINED' } }))).toEqual([]);
  });
});
