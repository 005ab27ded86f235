import { expect, test } from '@jest/globals';
import { explore } from './explore.ts';
import { ORDER_SAGA_TEXT } from './quiet-schedules.ts';
import { simulatedSaga } from './simulated-saga.ts';

// One half of the short form; the other is contended-sagas.test.ts, for the other worker.
test('sagas in which every call may fail keep all invariants', async () => {
  const exploration = await explore(simulatedSaga(ORDER_SAGA_TEXT), { runs: 2500, mostOrders: 3 });
  expect(exploration.found?.report).toBeUndefined();
  // Refuses to pass when the schedules stopped reaching the interesting ends.
  for (const status of ['CONFIRMED', 'REJECTED', 'CANCELLED', 'EXPIRED']) {
    expect(exploration.statuses.get(status)).toBeGreaterThan(100);
  }
  expect(exploration.redriven).toBeGreaterThan(0);
  expect(exploration.sagas).toBeGreaterThan(4000);
  console.info(`${exploration.sagas} sagas, ${exploration.sagasPerMinute} a minute`);
}, 300_000);
