import { describe, expect, test } from '@jest/globals';
import { chargeRow, isChargeRow, isPlainRow, orderRow, paymentRow, reservationRow } from './row-schemas.ts';

describe('rows become snapshots', () => {
  test('an order, whatever else the row holds', () => {
    const row = {
      order_id: 'a',
      status: 'PENDING',
      lines: [{ item_id: 'i', count: 1, name: 'item' }],
      payment_method: null,
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

  test('a status nobody knows is refused, not passed over', () => {
    expect(orderRow.safeParse({ order_id: 'a', status: 'LOST', lines: [], created_at: '', timeline: [] }).success).toBe(
      false,
    );
  });

  test('tombstones have neither lines nor an amount', () => {
    expect(reservationRow.parse({ order_id: 'a', state: 'RELEASED' })).toStrictEqual({
      order_id: 'a',
      state: 'RELEASED',
      lines: [],
    });
    expect(paymentRow.parse({ order_id: 'a', state: 'VOIDED' })).toStrictEqual({ order_id: 'a', state: 'VOIDED' });
  });

  test("a charge of the provider's books is filed under its order", () => {
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
