import { describe, expect, test } from '@jest/globals';
import { isChargeRow, isPlainRow } from './reader/table-rows.ts';
import { chargeRow, isSold, orderRow, paymentRow, reservationRow, soldLines } from './snapshot.ts';

describe('the rows of the tables', () => {
  test('an order is read without the fields that no check needs', () => {
    const row = {
      order_id: 'a',
      status: 'PENDING',
      lines: [{ item_id: 'i', count: 1, name: 'item' }],
      owner: 'ann',
      created_at: '2026-01-01T00:00:00.000Z',
      timeline: [{ at: '2026-01-01T00:00:00.000Z', status: 'PENDING', what: 'order placed' }],
      request_hash: 'x',
    };
    expect(orderRow.parse(row)).toStrictEqual({
      order_id: 'a',
      status: 'PENDING',
      lines: [{ item_id: 'i', count: 1 }],
      created_at: '2026-01-01T00:00:00.000Z',
      timeline: [{ at: '2026-01-01T00:00:00.000Z', status: 'PENDING', what: 'order placed' }],
    });
  });

  test('an unknown order status is an error, not skipped', () => {
    expect(orderRow.safeParse({ order_id: 'a', status: 'LOST', lines: [], created_at: '', timeline: [] }).success).toBe(
      false,
    );
  });

  test('a tombstone is read without lines and without an amount', () => {
    expect(reservationRow.parse({ order_id: 'a', state: 'RELEASED' })).toStrictEqual({
      order_id: 'a',
      state: 'RELEASED',
      lines: [],
    });
    expect(paymentRow.parse({ order_id: 'a', state: 'VOIDED' })).toStrictEqual({ order_id: 'a', state: 'VOIDED' });
  });

  test.each(['AUTHORIZED', 'CAPTURED', 'VOIDED', 'REFUNDED', 'DECLINED', 'UNANSWERED'])(
    'a charge that is %s is read, without captures and refunds where the ledger has none',
    (state) => {
      expect(chargeRow.parse({ order_id: 'charge#a#p1', state, amount_minor: 5, currency: 'USD' })).toStrictEqual({
        order_id: 'a',
        charge_id: 'charge#a#p1',
        state,
        amount_minor: 5,
        currency: 'USD',
        captures: 0,
        refunds: 0,
      });
    },
  );

  test.each(['HELD', 'COMMITTED', 'RELEASED', 'EXPIRED', 'REFUSED'])('a reservation that is %s is read', (state) => {
    expect(reservationRow.parse({ order_id: 'a', state })).toMatchObject({ state });
  });

  test.each(['PENDING', 'AUTHORIZED', 'DECLINED', 'CAPTURED', 'VOIDED', 'REFUNDED'])(
    'a payment that is %s is read',
    (state) => {
      expect(paymentRow.parse({ order_id: 'a', state })).toMatchObject({ state });
    },
  );

  test.each(['HELD', 'RELEASED', 'EXPIRED', 'REFUSED'])('nothing is sold by a reservation that is %s', (state) => {
    const reservation = reservationRow.parse({ order_id: 'a', state, lines: [{ item_id: 'i', count: 2 }] });
    expect([soldLines(reservation), isSold(reservation)]).toEqual([[], false]);
  });

  test('what came back is not sold any more, and what did not still is', () => {
    const lines = [
      { item_id: 'i', count: 2 },
      { item_id: 'j', count: 3 },
    ];
    const sold = (returned: readonly { item_id: string; count: number }[]) => {
      const returns = [{ return_id: 'r', lines: returned }];
      const reservation = reservationRow.parse({ order_id: 'a', state: 'COMMITTED', lines, returns });
      return [soldLines(reservation), isSold(reservation)];
    };
    expect(sold([{ item_id: 'i', count: 2 }])).toEqual([[{ item_id: 'j', count: 3 }], true]);
    expect(sold(lines)).toEqual([[], false]);
  });

  test.each(['PENDING', 'SUCCEEDED', 'DECLINED'])(
    'a refund of a payment that is %s is read, and one in no such state is an error',
    (state) => {
      const row = { order_id: 'a', state: 'CAPTURED', refunds: [{ refund_id: 'r', amount_minor: 5, state }] };
      expect(paymentRow.parse(row)).toEqual(row);
      const lost = { ...row, refunds: [{ refund_id: 'r', amount_minor: 5, state: 'LOST' }] };
      expect(paymentRow.safeParse(lost).success).toBe(false);
    },
  );

  test.each(['a', 'charge#a', 'charge##p1', 'x-charge#a#p1'])('%s is no key of a charge', (order_id) => {
    const row = { order_id, state: 'CAPTURED', amount_minor: 5, currency: 'USD' };
    expect(chargeRow.safeParse(row).success).toBe(false);
  });

  test('the task token of an order is a secret: only its presence is read', () => {
    const row = { order_id: 'a', status: 'PENDING', lines: [], created_at: '', timeline: [], task_token: 'secret' };
    expect(orderRow.parse(row)).toMatchObject({ task_token: 'present' });
  });

  test("a charge of the provider's ledger belongs to its order", () => {
    const row = {
      order_id: 'charge#a#p1',
      state: 'CAPTURED',
      amount_minor: 5,
      currency: 'USD',
      captures: 1,
      refunds: 0,
      tries: 2,
    };
    expect(isChargeRow(row)).toBe(true);
    expect(isPlainRow(row)).toBe(false);
    expect(chargeRow.parse(row)).toMatchObject({ order_id: 'a', charge_id: 'charge#a#p1', captures: 1 });
  });
});
