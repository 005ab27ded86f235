import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../language/json.ts';
import { outstandingEffects } from './step.ts';
import { distributed, machine, map, ScriptedRun, task } from './testing/scripted-run.ts';

const FIVE_MINUTES = 300;

/** A distributed Map state over two items, whose children are Express executions. */
function started(members: JsonObject = {}, state: JsonObject = task()): Promise<ScriptedRun> {
  const ProcessorConfig = { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' };
  const Every = map(members, { ...distributed(state), ProcessorConfig });
  return ScriptedRun.start(machine({ Every }), { input: [1, 2] });
}

function lastEvents(run: ScriptedRun): readonly (string | undefined)[] {
  return [...run.childHistory.values()].map((history) => history.at(-1)?.type);
}

describe('An Express child execution', () => {
  test('times out after five minutes, which fails a Map Run that tolerates no failure', async () => {
    const run = await started();
    await run.passSeconds(FIVE_MINUTES - 1);
    expect(run.execution.status).toBe('RUNNING');
    await run.passSeconds(1);
    expect(run.execution).toMatchObject({
      status: 'FAILED',
      error: 'States.ExceedToleratedFailureThreshold',
      mapRuns: [{ status: 'FAILED', itemCounts: { total: 2, timedOut: 1, aborted: 1, running: 0, failed: 0 } }],
    });
    expect(lastEvents(run)).toEqual(['ExecutionTimedOut', 'ExecutionAborted']);
    expect([run.tasks, run.timers]).toEqual([[], []]);
  });

  test('that times out leaves the others alone where the Map tolerates it', async () => {
    const run = await started({ ToleratedFailureCount: 2 });
    await run.succeed('in time', 1);
    await run.passSeconds(FIVE_MINUTES);
    expect(run.output).toEqual(['in time']);
    expect(run.execution.mapRuns).toMatchObject([{ itemCounts: { succeeded: 1, timedOut: 1 } }]);
  });

  test('cannot catch its own time-out, in a branch of it either', async () => {
    const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'After' }];
    const branch = machine({ Inner: task({ Catch }), After: { Type: 'Pass', End: true } });
    const run = await started({ ToleratedFailureCount: 2 }, { Type: 'Parallel', Branches: [branch], End: true });
    await run.passSeconds(FIVE_MINUTES);
    expect(lastEvents(run)).toEqual(['ExecutionTimedOut', 'ExecutionTimedOut']);
    expect([run.tasks, run.timers, run.output]).toEqual([[], [], []]);
  });

  test('that has ended is not timed out later', async () => {
    const run = await started({ ToleratedFailureCount: 2 });
    await run.succeed('first');
    await run.fail('Boom');
    expect(run.timers).toEqual([]);
    expect(run.execution.mapRuns).toMatchObject([{ itemCounts: { succeeded: 1, failed: 1, timedOut: 0 } }]);
  });

  test('that has failed stays so when its timer was already on its way', async () => {
    const run = await started({ ToleratedFailureCount: 2 });
    const [timerId = ''] = Object.values(run.execution.frames).flatMap(({ child }) => child?.timeout?.timerId ?? []);
    await run.fail('Boom');
    await run.deliver({ type: 'TimerFired', timerId });
    expect(lastEvents(run)).toEqual(['ExecutionFailed', 'LambdaFunctionStarted']);
  });

  test('that is aborted with its Map Run leaves no timer behind', async () => {
    const run = await started();
    await run.fail('Boom');
    expect(run.execution.status).toBe('FAILED');
    expect(run.timers).toEqual([]);
  });

  test('keeps its end after a restart of the engine', async () => {
    const run = await started({ ToleratedFailureCount: 2, MaxConcurrency: 2 });
    const timers = outstandingEffects(run.execution).filter(({ type }) => type === 'SetTimer');
    expect(timers).toMatchObject([{ at: run.now + 300_000 }, { at: run.now + 300_000 }]);
    await run.fail('Boom');
    expect(outstandingEffects(run.execution).filter(({ type }) => type === 'SetTimer')).toHaveLength(1);
  });

  test('begins anew when its Map Run is redriven, with five minutes again', async () => {
    const graph = machine({
      First: task({ Assign: { seen: true }, Next: 'Second' }),
      Second: task(),
    });
    const ItemProcessor = { ...graph, ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' } };
    const run = await ScriptedRun.start(machine({ Every: map({}, ItemProcessor) }), { input: [1, 2] });
    await run.succeed();
    await run.succeed();
    await run.passSeconds(FIVE_MINUTES);
    await run.deliver({ type: 'RedriveRequested' });
    const children = Object.values(run.execution.frames).filter(({ child }) => child !== undefined);
    expect(children).toMatchObject([{ run: { name: 'First', input: 1 } }, { run: { name: 'First', input: 2 } }]);
    expect(children.map(({ variables }) => variables)).toEqual([{}, {}]);
    expect(run.execution.mapRuns).toMatchObject([{ itemCounts: { running: 2, timedOut: 0, aborted: 0 } }]);
    expect(run.timers).toEqual([FIVE_MINUTES, FIVE_MINUTES]);
    for (const output of ['', '', 'one', 'two']) {
      await run.succeed(output);
    }
    expect(run.output).toEqual(['one', 'two']);
  });
});

test('A Standard child execution has no end of its own', async () => {
  const run = await ScriptedRun.start(machine({ Every: map({}, distributed()) }), { input: [1] });
  expect(run.timers).toEqual([]);
});
