import { describe, expect, test } from '@jest/globals';
import { machine, pass, ScriptedRun } from './testing/scripted-run.ts';

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

  test('is read back from JSON text as it was', async () => {
    const branches = [machine({ Nap: { Type: 'Wait', Seconds: 5, End: true } }), machine({ Done: pass() })];
    const run = await ScriptedRun.start(machine({ Both: { Type: 'Parallel', Branches: branches, End: true } }));
    expect(JSON.parse(JSON.stringify(run.execution))).toEqual(run.execution);
    await run.passSeconds(5);
    expect(run.execution.status).toBe('SUCCEEDED');
    expect(Object.keys(run.execution.frames)).toEqual(['0']);
  });
});
