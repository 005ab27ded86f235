import { describe, expect, test } from '@jest/globals';
import type { Json } from '../language/json.ts';
import type { Draft } from './draft.ts';
import { attempt, guarded } from './interpreter.ts';
import { outstandingEffects } from './step.ts';
import { machine, pass, ScriptedRun, startTask } from './testing/scripted-run.ts';

describe('An execution', () => {
  test('that never ends fails with event 25,000', async () => {
    const run = await ScriptedRun.start(machine({ Round: pass({ Next: 'Round' }) }));
    await run.passSeconds(1);
    expect(run.history).toHaveLength(25_000);
    expect(run.history.at(-1)).toMatchObject({
      id: 25_000,
      previousEventId: 24_999,
      type: 'ExecutionFailed',
      executionFailedEventDetails: {
        error: 'States.Runtime',
        cause: 'The execution reached the maximum number of history events (25000).',
      },
    });
  });

  test('does not fail for a defect of the engine: that is thrown, so that the event can be delivered again', async () => {
    const defect = () => Promise.reject(new Error('a defect'));
    await expect(guarded({} as Draft, defect)).rejects.toThrow('a defect');
    await expect(attempt({ frame: () => ({}) } as unknown as Draft, '0', defect)).rejects.toThrow(/is in no state/);
  });

  test('that runs on without waiting pauses after 2,000 states, so that no transaction grows without end', async () => {
    const run = await ScriptedRun.start(machine({ Round: pass({ Next: 'Round' }) }));
    expect(run.types.filter((type) => type === 'PassStateEntered')).toHaveLength(2_000);
    expect(run.timers).toEqual([0]);
    await run.deliver({ type: 'StopRequested' });
    expect(run.timers).toEqual([]);
    await run.deliver({ type: 'RedriveRequested' });
    expect(run.types.filter((type) => type === 'PassStateEntered').length).toBeGreaterThan(3_900);
  });

  test('times out after the seconds of its machine, unless it is over before', async () => {
    const definition = machine({ Nap: { Type: 'Wait', Seconds: 10, End: true } }, { TimeoutSeconds: 9 });
    const run = await ScriptedRun.start(definition);
    await run.passSeconds(9);
    expect(run.execution).toMatchObject({ status: 'TIMED_OUT', stoppedAt: run.now });
    expect(run.history.at(-1)).toMatchObject({ executionTimedOutEventDetails: { error: 'States.Timeout' } });
    expect(run.timers).toEqual([]);
    const unlimited = await ScriptedRun.start({ ...definition, TimeoutSeconds: 0 });
    await unlimited.passSeconds(10);
    expect(unlimited.execution.status).toBe('SUCCEEDED');
    const quick = await ScriptedRun.start({ ...definition, TimeoutSeconds: 11 });
    expect(quick.timers).toEqual([10, 11]);
    await quick.passSeconds(10);
    expect(quick.execution.status).toBe('SUCCEEDED');
    expect(quick.timers).toEqual([]);
  });

  test('of an Express machine ends after five minutes at the latest', async () => {
    const run = await ScriptedRun.start(machine({ Nap: { Type: 'Wait', Seconds: 1000, End: true } }), {
      type: 'EXPRESS',
    });
    await run.passSeconds(300);
    expect(run.execution.status).toBe('TIMED_OUT');
  });

  test('fails when a state outputs more than 262,144 bytes of UTF-8', async () => {
    const start = (length: number) =>
      ScriptedRun.start(machine({ Grow: pass({ Result: 'ä'.repeat(length), Next: 'End' }), End: pass() }));
    expect((await start(131_071)).execution.status).toBe('SUCCEEDED');
    const grown = await start(131_072);
    expect(grown.execution).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
    expect(grown.types.at(-2)).toBe('PassStateEntered');
  });

  test('fails when a state puts out data nested deeper than may be stored', async () => {
    const nested = (depth: number): Json => (depth === 0 ? 1 : [nested(depth - 1)]);
    const start = async (depth: number) => {
      const run = await startTask();
      await run.succeed(nested(depth));
      return run.execution;
    };
    expect(await start(1_000)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await start(1_001)).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
  });

  test('keeps the timeout of its machine over a restart, next to the timers of its states', async () => {
    const Nap = { Type: 'Wait', Seconds: 10, End: true };
    const run = await ScriptedRun.start(machine({ Nap }, { TimeoutSeconds: 9 }));
    expect(outstandingEffects(run.execution)).toMatchObject([
      { type: 'SetTimer', at: run.now + 9_000 },
      { type: 'SetTimer', at: run.now + 10_000 },
    ]);
    await run.passSeconds(9);
    expect(outstandingEffects(run.execution)).toEqual([]);
  });

  test('that is started a second time goes on as it was', async () => {
    const run = await ScriptedRun.start(machine({ Nap: { Type: 'Wait', Seconds: 10, End: true } }));
    const before = run.execution;
    await run.passSeconds(1);
    await run.deliver({ type: 'ExecutionStarted' });
    expect(run.execution).toEqual(before);
    expect(run.timers).toEqual([9]);
  });

  test('is read back from JSON text as it was', async () => {
    const branches = [machine({ Nap: { Type: 'Wait', Seconds: 5, End: true } }), machine({ Done: pass() })];
    const run = await ScriptedRun.start(machine({ Both: { Type: 'Parallel', Branches: branches, End: true } }));
    expect(JSON.parse(JSON.stringify(run.execution))).toEqual(run.execution);
    await run.passSeconds(5);
    expect(run.execution.status).toBe('SUCCEEDED');
    expect(Object.keys(run.execution.frames)).toEqual(['0']);
  });
});
