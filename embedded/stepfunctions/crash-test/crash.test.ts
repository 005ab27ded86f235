import { expect, test } from '@jest/globals';
import { type CrashRun, runWithCrashes } from './run.ts';

const run: CrashRun = { executions: 30, kills: 0, random: Math.random, patienceMs: 60_000 };

test('executions on a server that is killed again and again end as those on a server that is not', async () => {
  const [undisturbed, crashed] = await Promise.all([runWithCrashes(run), runWithCrashes({ ...run, kills: 4 })]);
  expect(undisturbed.flaws).toEqual([]);
  expect(crashed.flaws).toEqual([]);
  expect(crashed.kills).toBe(4);
  expect(Object.values(undisturbed.ends).map(({ status }) => status)).toContain('FAILED');
  expect(Object.values(undisturbed.ends).map(({ status }) => status)).toContain('SUCCEEDED');
  expect(crashed.ends).toEqual(undisturbed.ends);
}, 90_000);
