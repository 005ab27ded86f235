import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { confirmedOrder } from '../../../tests/support/order.ts';
import type { Order } from '../order.ts';
import type { Refund } from './refund.ts';
import { refundableMinor, refundedMinor, returnedCount } from './refund-ledger.ts';
import { newRefundId, type RefundRequest, requestedRefund } from './refund-request.ts';

const NOW = new Date('2026-11-28T12:00:00.000Z');

function request(differences: Partial<RefundRequest> = {}): RefundRequest {
  return {
    refundId: 'refund-1',
    amountMinor: undefined,
    lines: undefined,
    restock: false,
    reason: 'sent back',
    by: 'olaf',
    traceparent: '00-trace',
    ...differences,
  };
}

function refund(differences: Partial<Refund> = {}): Refund {
  return {
    amount_minor: 500,
    restock: false,
    reason: 'broken',
    status: 'SUCCEEDED',
    requested_at: NOW.toISOString(),
    ...differences,
  };
}

function asked(order: Order, differences: Partial<RefundRequest> = {}) {
  return requestedRefund(order, request(differences), NOW);
}

describe('a request to refund an order', () => {
  test('without an amount and without lines is for all that is left', () => {
    expect(asked(confirmedOrder())).toMatchObject({ amount_minor: 2_000, restock: false, status: 'REQUESTED' });
    expect(asked(confirmedOrder({ refunds: { earlier: refund() } }))).toMatchObject({ amount_minor: 1_500 });
  });

  test('for lines is for their prices in the order', () => {
    const lines = [{ item_id: 'pen', count: 2 }];
    expect(asked(confirmedOrder(), { lines })).toMatchObject({ amount_minor: 1_000, lines });
  });

  test('for all with restock returns every piece that did not come back yet', () => {
    const refunds = { earlier: refund({ lines: [{ item_id: 'pen', count: 1 }], restock: true }) };
    expect(asked(confirmedOrder({ refunds }), { restock: true })).toMatchObject({
      amount_minor: 1_500,
      restock: true,
      lines: [
        { item_id: 'pen', count: 1 },
        { item_id: 'cup', count: 1 },
      ],
    });
  });

  test('for more than is left is refused, where the rest is only requested too', () => {
    const refunds = { earlier: refund({ amount_minor: 1_999, status: 'REQUESTED' }) };
    expect(() => asked(confirmedOrder({ refunds }), { amountMinor: 2 })).toThrow(
      '0.02 USD is more than the 0.01 USD that can be refunded',
    );
    expect(asked(confirmedOrder({ refunds }), { amountMinor: 1 })).toMatchObject({ amount_minor: 1 });
  });

  test('for nothing is refused: nothing is left, or the order was free', () => {
    const refunds = { earlier: refund({ amount_minor: 2_000 }) };
    expect(() => asked(confirmedOrder({ refunds }))).toThrow('nothing is left to refund');
    expect(() => asked(confirmedOrder({ amount_minor: 0 }))).toThrow('nothing is left to refund');
  });

  test('of a free order with restock returns its pieces', () => {
    const lines = [{ item_id: 'pen', count: 2, unit_price_minor: 0 }];
    expect(asked(confirmedOrder({ amount_minor: 0, lines }), { restock: true })).toMatchObject({
      amount_minor: 0,
      restock: true,
      lines: [{ item_id: 'pen', count: 2 }],
    });
  });

  test('what a declined refund was for can be refunded again', () => {
    const lines = [{ item_id: 'cup', count: 1 }];
    const refunds = { earlier: refund({ amount_minor: 1_000, lines, status: 'DECLINED' }) };
    expect(asked(confirmedOrder({ refunds }), { lines })).toMatchObject({ amount_minor: 1_000 });
  });

  test('for all of it may be asked again where the provider declined to give the money back', () => {
    const refunds = { earlier: refund({ amount_minor: 2_000, status: 'DECLINED' }) };
    expect(asked(confirmedOrder({ refunds }))).toMatchObject({ amount_minor: 2_000 });
  });

  test('pieces that never came back, because their refund was declined, can be returned by the next one', () => {
    const lines = [{ item_id: 'cup', count: 1 }];
    const refunds = { earlier: refund({ amount_minor: 1_000, lines, restock: true, status: 'DECLINED' }) };
    const order = confirmedOrder({ refunds });
    expect(asked(order, { lines, restock: true })).toMatchObject({ amount_minor: 1_000, restock: true, lines });
    expect(asked(order, { restock: true })?.lines).toContainEqual({ item_id: 'cup', count: 1 });
  });

  test('stock that came back with a declined refund does not come back twice', () => {
    const lines = [{ item_id: 'cup', count: 1 }];
    const declined = refund({ amount_minor: 1_000, lines, restock: true, status: 'DECLINED', stock_returned: true });
    const order = confirmedOrder({ refunds: { earlier: declined } });
    expect(() => asked(order, { lines, restock: true })).toThrow('leave out restock');
    expect(asked(order, { lines })).toMatchObject({ amount_minor: 1_000, restock: false });
  });

  test.each([
    ['more pieces than were bought', 'pen', 3],
    ['an item that the order does not have', 'car', 1],
  ])('for %s is refused', (_what, item_id, count) => {
    expect(() => asked(confirmedOrder(), { lines: [{ item_id, count }] })).toThrow('that can be refunded');
  });

  test('for pieces that were refunded already is refused', () => {
    const refunds = { earlier: refund({ lines: [{ item_id: 'pen', count: 1 }] }) };
    expect(() => asked(confirmedOrder({ refunds }), { lines: [{ item_id: 'pen', count: 2 }] })).toThrow(
      '2 of item pen is more than the 1 that can be refunded',
    );
  });

  test.each(['PENDING', 'AWAITING_PAYMENT', 'PAID', 'REJECTED', 'NEEDS_ATTENTION'] as const)(
    'of an order that is %s is refused',
    (status) => {
      expect(() => asked(confirmedOrder({ status }))).toThrow(`the order is ${status}`);
    },
  );

  test('is bounded: 100 refunds of an order, 10 of them under way', () => {
    const many = (count: number, status: Refund['status']) =>
      Object.fromEntries(
        Array.from({ length: count }, (_, index) => [`r${index}`, refund({ amount_minor: 1, status })]),
      );
    expect(() => asked(confirmedOrder({ refunds: many(100, 'DECLINED') }))).toThrow('takes no more');
    expect(() => asked(confirmedOrder({ refunds: many(10, 'REQUESTED') }))).toThrow('wait for them');
    expect(asked(confirmedOrder({ refunds: many(99, 'SUCCEEDED') }))).toMatchObject({ amount_minor: 1_901 });
  });

  test('that is repeated adds nothing, and another one under its id is refused', () => {
    const first = asked(confirmedOrder(), { amountMinor: 100 });
    if (first === undefined) {
      throw new Error('the refund was not accepted');
    }
    const order = confirmedOrder({ refunds: { 'refund-1': { ...first, status: 'SUCCEEDED' } } });
    expect(asked(order, { amountMinor: 100 })).toBeUndefined();
    expect(() => asked(order, { amountMinor: 101 })).toThrow('Idempotency-Key');
    expect(() => asked(order, { amountMinor: 100, reason: 'another' })).toThrow('Idempotency-Key');
  });
});

test('a refund’s id follows from order and key, and is another for each request without one', () => {
  const [one, other] = [confirmedOrder().order_id, confirmedOrder().order_id];
  expect(newRefundId(one, 'key')).toBe(newRefundId(one, 'key'));
  expect(newRefundId(one, 'key')).not.toBe(newRefundId(other, 'key'));
  expect(newRefundId(one, undefined)).not.toBe(newRefundId(one, undefined));
});

test('whatever is asked for and however it ends, refunds never exceed the amount, and no piece comes back twice', () => {
  const step = fc.record({
    amountMinor: fc.option(fc.integer({ min: 1, max: 2_500 }), { nil: undefined }),
    lines: fc.option(
      fc.uniqueArray(fc.record({ item_id: fc.constantFrom('pen', 'cup'), count: fc.integer({ min: 1, max: 3 }) }), {
        minLength: 1,
        selector: ({ item_id }) => item_id,
      }),
      { nil: undefined },
    ),
    restock: fc.boolean(),
    end: fc.constantFrom('REQUESTED', 'SUCCEEDED', 'DECLINED', 'NEEDS_ATTENTION') satisfies fc.Arbitrary<
      Refund['status']
    >,
  });
  let accepted = 0;
  fc.assert(
    fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
      let order = confirmedOrder();
      for (const [index, { end, ...wanted }] of steps.entries()) {
        // The contract refuses both at once, and an amount with restock.
        const body = wanted.lines === undefined ? wanted : { ...wanted, amountMinor: undefined };
        const restock = body.restock && body.amountMinor === undefined;
        const refundId = `r${index}`;
        const made = attempted(() => asked(order, { ...body, restock, refundId }));
        if (made === undefined) {
          continue;
        }
        accepted += 1;
        const ended: Refund = { ...made, status: end, stock_returned: made.restock && end !== 'REQUESTED' };
        order = { ...order, refunds: { ...order.refunds, [refundId]: ended } };
        const { refunds = {} } = order;
        expect(refundedMinor(refunds) + refundableMinor(order)).toBeLessThanOrEqual(2_000);
        expect(returnedCount(refunds, 'pen')).toBeLessThanOrEqual(2);
        expect(returnedCount(refunds, 'cup')).toBeLessThanOrEqual(1);
      }
    }),
  );
  expect(accepted).toBeGreaterThan(50);
});

/** Undefined where it is refused. */
function attempted(work: () => Refund | undefined): Refund | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
