import { expect, test } from '@jest/globals';
import { exploreInProcesses } from './explore-in-processes.ts';
import { KNOWN_SCHEDULES } from './known-schedules.ts';

const seed = Math.floor(Math.random() * 2 ** 31);

// Other schedules each time. `npm run simulate:saga -- --runs 20000` is the long form.
test('many sagas under random faults and contention for stock keep all invariants', async () => {
  const seen = await exploreInProcesses([
    { runs: KNOWN_SCHEDULES.length + 200, seed, maxOrders: 3 },
    { runs: 60, seed: seed + 1, maxOrders: 10, known: [] },
  ]);
  expect(seen.reports).toEqual([]);
  // Guards against schedules that no longer reach every final status.
  for (const status of ['CONFIRMED', 'REJECTED', 'CANCELLED', 'EXPIRED']) {
    expect(seen.statuses.get(status)).toBeGreaterThan(25);
  }
  expect(seen.redriven).toBeGreaterThan(0);
  expect(seen.sagas).toBeGreaterThan(500);
  console.info(`${seen.sagas} sagas, ${seen.sagasPerMinute} a minute`);
}, 300_000);

test('a violation that one process finds is reported with its schedule', async () => {
  const { reports } = await exploreInProcesses([
    { runs: 1, seed },
    { runs: 500, seed: 7, maxOrders: 3, mutations: ['a repeated capture captures twice'], shrink: false },
  ]);
  expect(reports).toEqual([expect.stringMatching(/broken with seed 7.*failing schedule: \{.*repeated capture/s)]);
}, 300_000);

test('an exploration fails when one of its processes ends without a result', async () => {
  const impossible = { runs: 1, seed, maxOrders: -1 };
  await expect(exploreInProcesses([impossible])).rejects.toThrow(`seed ${seed} ended without a result`);
});
