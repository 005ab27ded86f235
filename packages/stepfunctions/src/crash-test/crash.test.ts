import { expect, test } from '@jest/globals';
import { invocationFlaws } from './invocations.ts';
import { type CrashRun, EXACT, runWithCrashes, UNDER_WAY_AT_A_KILL } from './run.ts';

const run: CrashRun = { executions: 30, kills: 0, random: Math.random, patienceMs: 120_000 };

test('executions on a server that is killed again and again end as those on a server that is not', async () => {
  const [undisturbed, crashed] = await Promise.all([runWithCrashes(run), runWithCrashes({ ...run, kills: 4 })]);
  expect(undisturbed.flaws).toEqual([]);
  expect(crashed.flaws).toEqual([]);
  expect(crashed.kills).toBe(4);
  expect(Object.values(undisturbed.ends).map(({ status }) => status)).toContain('FAILED');
  expect(Object.values(undisturbed.ends).map(({ status }) => status)).toContain('SUCCEEDED');
  expect(crashed.ends).toEqual(undisturbed.ends);
  const outputs = Object.values(crashed.ends).flatMap(({ output }) => (output === null ? [] : [output]));
  expect(outputs).toEqual(outputs.map(() => expect.stringContaining(EXACT)));
  expect(outputs).toEqual(
    outputs.map(() => expect.stringContaining('"bulk":[{"exact":9223372036854775807,"doubled":2}')),
  );
  const explained = { kills: crashed.kills, underWay: UNDER_WAY_AT_A_KILL };
  expect(invocationFlaws(undisturbed.invocations, crashed.invocations, explained)).toEqual([]);
}, 180_000);
