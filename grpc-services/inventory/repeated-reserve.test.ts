import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ReservationState } from '../../proto/gen/inventory/v1/inventory.ts';
import { itemInStock, startInventory, type TestInventory } from '../../tests/support/inventory.ts';
import { call, failureOf } from '../../tests/support/unary-client.ts';

let inventory: TestInventory;
let now = Date.parse('2030-01-01T00:00:00Z');

beforeAll(async () => {
  const catalogue = ['pen', 'ink', 'cap'].map((id) => itemInStock(id, 100));
  inventory = await startInventory({ clock: () => now, catalogue, defaultHoldSeconds: 45 });
});

afterAll(() => inventory.close());

const pen = { itemId: 'pen', count: 2 };
const ink = { itemId: 'ink', count: 1 };

function restock(itemId: string, requestId: string, minorUnits?: number, currency = 'USD') {
  const { client } = inventory;
  const unitPrice = minorUnits === undefined ? undefined : { minorUnits, currency };
  return call(client, client.restock, { requestId, itemId, name: itemId, unitPrice, count: 1_000 });
}

describe('a Reserve with other lines than before', () => {
  const mismatch = { code: 'ALREADY_EXISTS', reason: 'RESERVATION_MISMATCH' };

  test.each([
    ['a line less', [pen]],
    ['a line more', [pen, ink, { itemId: 'cap', count: 1 }]],
    ['another item', [pen, { itemId: 'cap', count: 1 }]],
    ['another count in its last line', [pen, { ...ink, count: 2 }]],
  ])('is refused: %s', async (what, lines) => {
    const order = what.replaceAll(' ', '-');
    await inventory.reserve(order, [pen, ink]);
    expect(await failureOf(inventory.reserve(order, lines))).toMatchObject(mismatch);
    expect(await inventory.reservation(order)).toMatchObject({ state: ReservationState.HELD, lines: [pen, ink] });
  });

  test.each([
    ['committed', async () => inventory.commit('committed')],
    ['released', async () => inventory.release('released')],
    [
      'expired',
      async () => {
        now += 45_000;
        return inventory.sweep();
      },
    ],
  ])('is refused when the reservation is %s', async (order, settle) => {
    await inventory.reserve(order, [pen]);
    await settle();
    expect(await failureOf(inventory.reserve(order, [ink]))).toMatchObject(mismatch);
  });

  test('is refused when the reservation was refused', async () => {
    await failureOf(inventory.reserve('was-refused', [{ itemId: 'pen', count: 999_999 }]));
    expect(await failureOf(inventory.reserve('was-refused', [pen]))).toMatchObject(mismatch);
  });
});

test('a Reserve with the same lines in another order is the same Reserve', async () => {
  await inventory.reserve('turned', [pen, ink]);
  expect(await inventory.reserve('turned', [ink, pen])).toMatchObject({ lines: [pen, ink] });
});

test('a hold lasts as long as the service says when its caller does not', async () => {
  const { expiresAt } = await inventory.reserve('default-hold', [pen]);
  expect(expiresAt).toEqual(new Date(now + 45_000));
});

test('a reservation keeps the prices of its Reserve', async () => {
  await restock('priced', 'first-price', 250);
  const lines = [{ itemId: 'priced', count: 3 }];
  const first = await inventory.reserve('at-first-price', lines);
  await restock('priced', 'second-price', 900);
  expect(first.total).toEqual({ minorUnits: 750, currency: 'USD' });
  expect((await inventory.reserve('at-first-price', lines)).total).toEqual(first.total);
  expect((await inventory.commit('at-first-price')).total).toEqual(first.total);
  expect((await inventory.reserve('at-second-price', lines)).total).toEqual({ minorUnits: 2_700, currency: 'USD' });
});

describe('an unknown item', () => {
  const lines = [
    { itemId: 'pen', count: 999_999 },
    { itemId: 'not-yet', count: 1 },
    { itemId: 'nor-this', count: 1 },
  ];
  const refusal = { code: 'NOT_FOUND', reason: 'ITEM_NOT_FOUND', metadata: { item_id: 'not-yet' } };

  test('goes before a shortage, and the refusal stays when the item is stocked later', async () => {
    expect(await failureOf(inventory.reserve('unknown', lines))).toMatchObject(refusal);
    await restock('not-yet', 'stock-it', 1);
    expect(await failureOf(inventory.reserve('unknown', lines))).toMatchObject(refusal);
    expect(await failureOf(inventory.commit('unknown'))).toMatchObject(refusal);
    expect(await inventory.reservation('unknown')).toMatchObject({
      state: ReservationState.REFUSED,
      lines: [
        { itemId: 'pen', name: 'name of pen', count: 999_999, unitPrice: { minorUnits: 500, currency: 'USD' } },
        { itemId: 'not-yet', name: '', count: 1, unitPrice: { minorUnits: 0, currency: '' } },
        { itemId: 'nor-this', count: 1 },
      ],
      expiresAt: undefined,
    });
  });

  test('alone leaves a refused reservation without a total', async () => {
    await failureOf(inventory.reserve('only-unknown', [{ itemId: 'nowhere', count: 1 }]));
    expect(await inventory.reservation('only-unknown')).toMatchObject({
      state: ReservationState.REFUSED,
      total: undefined,
    });
  });
});

describe('an order that cannot be paid', () => {
  test('of items in two currencies is refused before anything is held', async () => {
    await restock('in-euro', 'euro', 100, 'EUR');
    const lines = [pen, { itemId: 'in-euro', count: 1 }];
    const failure = await failureOf(inventory.reserve('mixed', lines));
    expect(failure).toMatchObject({ code: 'INVALID_ARGUMENT', metadata: { field: 'lines' } });
    expect(failure.details).toContain('USD and EUR');
    expect(await inventory.stock('in-euro')).toMatchObject({ held: 0 });
    expect((await failureOf(inventory.reservation('mixed'))).reason).toBe('RESERVATION_NOT_FOUND');
  });

  test('costs more than Payment accepts, which is 10^12 minor units', async () => {
    await restock('house', 'house', 500_000_000_000);
    const most = await inventory.reserve('two-houses', [{ itemId: 'house', count: 2 }]);
    expect(most.total?.minorUnits).toBe(1_000_000_000_000);
    await restock('brick', 'brick', 1);
    const lines = [
      { itemId: 'house', count: 2 },
      { itemId: 'brick', count: 1 },
    ];
    expect(await failureOf(inventory.reserve('two-houses-and-a-brick', lines))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      metadata: { field: 'lines' },
    });
  });
});
