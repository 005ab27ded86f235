import { expect, test } from '@jest/globals';
import { explore } from './explore.ts';
import { ORDER_SAGA_TEXT } from './quiet-schedules.ts';
import { simulatedSaga } from './simulated-saga.ts';

test('sagas that fight for the last pieces keep all invariants', async () => {
  const exploration = await explore(simulatedSaga(ORDER_SAGA_TEXT), { runs: 1000, mostOrders: 10 });
  expect(exploration.found?.report).toBeUndefined();
  expect(exploration.statuses.get('CONFIRMED')).toBeGreaterThan(100);
  expect(exploration.statuses.get('REJECTED')).toBeGreaterThan(100);
  expect(exploration.sagas).toBeGreaterThan(4000);
  console.info(`${exploration.sagas} sagas, ${exploration.sagasPerMinute} a minute`);
}, 300_000);
