import { expect, test } from '@jest/globals';
import { explore } from './explore.ts';
import { ORDER_SAGA_TEXT } from './quiet-schedules.ts';
import { simulatedSaga } from './simulated-saga.ts';
import { WEAKNESSES } from './weakness.ts';

const saga = simulatedSaga(ORDER_SAGA_TEXT);

test.each(WEAKNESSES)(
  'services where %s are found out',
  async (weakness) => {
    const { found } = await explore(saga, {
      runs: 500,
      seed: 7,
      mostOrders: 3,
      weaknesses: [weakness],
      makeSmaller: false,
    });
    expect(found?.report).toMatch(/^broken with seed 7, found in run \d+/);
    expect(found?.report).toContain('failing schedule: {"orders":[');
  },
  120_000,
);

test('the schedule that shows a missing tombstone is made small and printed', async () => {
  const weaknesses = ['reserve after release holds again'] as const;
  const { found } = await explore(saga, { runs: 500, seed: 7, mostOrders: 3, weaknesses });
  expect(found?.scenario.orders).toHaveLength(1);
  expect(found?.scenario.faults.filter(({ kind }) => kind !== 'none').length).toBeLessThan(5);
  expect(found?.report).toContain(
    'nothing left behind a finished order: order order-0: it is REJECTED, but its stock is still held',
  );
  expect(found?.report).toMatch(/failing schedule: .*"kind":"late"/);
  expect(found?.report).toMatch(/order-0: ReserveInventory .*> ReleaseInventory/);
}, 120_000);
