import { describe, expect, test } from '@jest/globals';
import { checkInvariants } from './invariants.ts';
import type { ChargeSnapshot, Snapshot } from './snapshot.ts';
import {
  changeCharge,
  changed,
  changeOrder,
  changePayment,
  changeReservation,
  expectFinding,
  SOUND,
  withoutOrder,
} from './testing/broken-snapshots.ts';

describe('captured once, exactly with committed stock', () => {
  const second: ChargeSnapshot = {
    charge_id: 'second',
    order_id: 'confirmed',
    state: 'REFUNDED',
    amount_minor: 500,
    currency: 'USD',
    captures: 1,
    refunds: 1,
  };
  test.each([
    [
      'a second capture, even a refunded one',
      { ...SOUND, charges: [...SOUND.charges, second] },
      'took its money 2 times: charge-confirmed, second',
    ],
    [
      'a capture that Payment does not know',
      changePayment('confirmed', { state: 'AUTHORIZED' }),
      "AUTHORIZED, but the provider's ledger shows 1 captured",
    ],
    [
      'a capture that the provider does not know',
      changeCharge('confirmed', { state: 'AUTHORIZED', captures: 0 }),
      "CAPTURED, but the provider's ledger shows 0 captured",
    ],
    ['a wrong amount', changeCharge('confirmed', { amount_minor: 501 }), 'took 501 USD, but the order costs 500 USD'],
    ['a wrong currency', changeCharge('confirmed', { currency: 'EUR' }), 'took 500 EUR, but the order costs 500 USD'],
    [
      'money without stock',
      changeReservation('confirmed', { state: 'RELEASED' }),
      'its money was taken without its stock',
    ],
    [
      'stock without money',
      changeReservation('declined', { state: 'COMMITTED' }),
      'its stock is committed without its money',
    ],
    [
      'stock committed before its money, even while it waits',
      changeReservation('waiting', { state: 'COMMITTED' }),
      'committed without its money',
    ],
    [
      'a confirmed order without payment and stock',
      changeOrder('never-reserved', { status: 'CONFIRMED' }),
      'it is CONFIRMED with payment absent, reservation absent',
    ],
    [
      'a confirmed order whose stock is only held',
      changeReservation('confirmed', { state: 'HELD' }),
      'it is CONFIRMED with payment CAPTURED, reservation HELD',
    ],
    [
      'a confirmed order whose money is only authorized',
      changePayment('confirmed', { state: 'AUTHORIZED' }),
      'it is CONFIRMED with payment AUTHORIZED, reservation COMMITTED',
    ],
    [
      'money taken for an order without a price',
      changeOrder('confirmed', { amount_minor: undefined, currency: undefined } as never),
      'took 500 USD, but the order costs nothing',
    ],
    [
      'a refund without a capture',
      changeCharge('declined', { state: 'REFUNDED', refunds: 1 }),
      'charge charge-declined was captured 0 times and refunded 1 times',
    ],
    [
      'a rejected order with captured payment and committed stock',
      changeOrder('confirmed', { status: 'REJECTED' }),
      'it is REJECTED with payment CAPTURED, reservation COMMITTED',
    ],
    [
      'money taken for a missing order',
      withoutOrder('confirmed'),
      'it is not in the orders table with payment CAPTURED',
    ],
  ])('%s is found', (_what, snapshot, finding) => {
    expectFinding(snapshot, 'captured once, exactly with committed stock', finding);
  });
});

describe('an order that costs nothing', () => {
  const free = { amount_minor: 0, lines: [{ item_id: 'item', count: 2, unit_price_minor: 0 }] };
  const confirmed = changeOrder('confirmed', free);
  const unpaid: Snapshot = {
    ...confirmed,
    orders: confirmed.orders.map(({ payment_id: _paid, ...order }) => order),
    payments: confirmed.payments.filter(({ order_id }) => order_id !== 'confirmed'),
    charges: confirmed.charges.filter(({ order_id }) => order_id !== 'confirmed'),
  };

  test('is confirmed without a payment', () => {
    expect(checkInvariants(unpaid).violations).toEqual([]);
    expect(checkInvariants({ ...unpaid, answers: [{ kind: 'payment-settled', order_id: 'confirmed' }] }).verdict).toBe(
      'all hold',
    );
  });

  test.each<[string, Snapshot, string]>([
    [
      'a payment of it',
      { ...unpaid, payments: [...unpaid.payments, { order_id: 'confirmed', state: 'AUTHORIZED' }] },
      'it costs nothing, but has a payment that is AUTHORIZED',
    ],
    [
      'one that is confirmed without its stock',
      { ...unpaid, reservations: changed(unpaid.reservations, 'confirmed', { state: 'HELD' }) },
      'it is CONFIRMED with reservation HELD',
    ],
    [
      'one that was rejected with its stock',
      changeOrder('confirmed', { status: 'REJECTED' }, unpaid),
      'it is REJECTED with committed stock',
    ],
  ])('%s is found', (_what, snapshot, finding) => {
    expectFinding(snapshot, 'captured once, exactly with committed stock', finding);
  });
});
