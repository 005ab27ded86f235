import { describe, expect, test } from '@jest/globals';
import { deviationsFrom, exitCodeOf } from './deviations.ts';
import type { Evidence } from './evidence-reader.ts';
import type { Expectation } from './scenario.ts';

const expects: Expectation = {
  status: 'CONFIRMED',
  reservation: 'COMMITTED',
  payment: 'CAPTURED',
  captures: 1,
  stock: 'sold',
  passes: ['ReserveInventory', 'CapturePayment'],
  avoids: ['VoidPayment'],
};

const ORDER_ID = '3b241101-e2bb-4255-8caf-4136c566a962';
const base = { order_id: ORDER_ID, lines: [], created_at: '', timeline: [] };
const CHARGE = {
  charge_id: 'c',
  order_id: ORDER_ID,
  state: 'CAPTURED',
  amount_minor: 5,
  currency: 'USD',
  captures: 1,
  refunds: 0,
} as const;
const evidence: Evidence = {
  order: { order_id: ORDER_ID, status: 'CONFIRMED', timeline: [] },
  tables: {
    order_id: ORDER_ID,
    order: { ...base, status: 'CONFIRMED' },
    reservation: { order_id: ORDER_ID, state: 'COMMITTED', lines: [] },
    payment: { order_id: ORDER_ID, state: 'CAPTURED' },
    charges: [CHARGE],
  },
  execution_status: 'SUCCEEDED',
  path: ['ReserveInventory', 'AuthorizePayment', 'CapturePayment'].map((state) => ({ state, retries: 0, errors: [] })),
  items: [{ item_id: 'i', count: 2, now: { item_id: 'i', stocked: 5, available: 3, held: 0, sold: 2 } }],
};

describe('what deviates from the expectation of a scenario', () => {
  test('nothing deviates when all is as expected', () => {
    expect(deviationsFrom(expects, evidence)).toEqual([]);
  });

  test.each<[string, Evidence, string]>([
    [
      'another status',
      { ...evidence, order: { ...evidence.order, status: 'REJECTED' } },
      'the order is REJECTED, but must be CONFIRMED',
    ],
    [
      'a reason where none is due',
      { ...evidence, order: { ...evidence.order, reason_code: 'X' } },
      'its reason is X, but must be undefined',
    ],
    ['another record than the API shows', withTables({ order: { ...base, status: 'PAID' } }), 'its record is PAID'],
    ['a failed execution', { ...evidence, execution_status: 'FAILED' }, 'its execution FAILED'],
    [
      'a reservation that is still held',
      withTables({ reservation: { order_id: ORDER_ID, state: 'HELD', lines: [] } }),
      'its reservation is HELD',
    ],
    ['no payment', withTables({ payment: undefined }), 'its payment is absent'],
    ['money taken twice', withTables({ charges: [CHARGE, CHARGE] }), 'times its money was taken: 2, but must be 1'],
    ['stock that is still held', withItem({ held: 2, sold: 0 }), 'item i: held 2, but must be 0'],
    ['stock that is not sold', withItem({ available: 5, sold: 0 }), 'item i: sold 0, but must be 2'],
    ['an item that is gone', { ...evidence, items: [{ item_id: 'i', count: 2, now: undefined }] }, 'item i is gone'],
    ['a state that was left out', { ...evidence, path: evidence.path.slice(0, 2) }, 'did not pass CapturePayment'],
    ['states in another order', { ...evidence, path: evidence.path.toReversed() }, 'did not pass CapturePayment'],
    [
      'a state that must not be',
      { ...evidence, path: [...evidence.path, { state: 'VoidPayment', retries: 0, errors: [] }] },
      'passed VoidPayment, which it must not',
    ],
  ])('%s is a deviation', (_what, changed, deviation) => {
    expect(deviationsFrom(expects, changed)).toContainEqual(expect.stringContaining(deviation));
  });

  test('stock that is not all available again is a deviation where nothing was to be sold', () => {
    expect(deviationsFrom({ ...expects, stock: 'all available' }, evidence)).toContainEqual(
      'item i: available 3, but must be 5',
    );
  });
});

describe('the exit code of the demo', () => {
  const well = { name: 'a', deviations: [] };
  test('is 0 when all came out as it must and all invariants hold', () => {
    expect(exitCodeOf([well, well], 'all hold')).toBe(0);
  });

  test.each([
    ['one scenario deviates', [well, { name: 'b', deviations: ['its payment is HELD'] }], 'all hold'],
    ['an invariant is broken', [well], 'broken'],
    ['no invariant was checked', [well], 'nothing was checked'],
    ['no scenario ran', [], 'all hold'],
  ] as const)('is not 0 when %s', (_what, results, verdict) => {
    expect(exitCodeOf(results, verdict)).toBe(1);
  });
});

function withTables(change: Partial<Evidence['tables']>): Evidence {
  return { ...evidence, tables: { ...evidence.tables, ...change } };
}

function withItem(change: { readonly available?: number; readonly held?: number; readonly sold?: number }): Evidence {
  const now = { item_id: 'i', stocked: 5, available: 3, held: 0, sold: 2, ...change };
  return { ...evidence, items: [{ item_id: 'i', count: 2, now }] };
}
