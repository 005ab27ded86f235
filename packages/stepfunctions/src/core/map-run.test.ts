import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../language/json.ts';
import type { MapRunCounts } from './execution.ts';
import { distributed, machine, map, ScriptedRun, task } from './testing/scripted-run.ts';

const PROCESSOR = distributed(task({ TimeoutSeconds: 60 }));

/** A distributed Map state over `items` numbers. */
function started(items: number, members: JsonObject = {}): Promise<ScriptedRun> {
  const Every = map(members, PROCESSOR);
  return ScriptedRun.start(machine({ Every }), { input: Array.from({ length: items }, (_, at) => at + 1) });
}

/** The counts of the only Map Run that are not zero. */
function counts(run: ScriptedRun, kind: 'itemCounts' | 'executionCounts' = 'itemCounts'): Partial<MapRunCounts> {
  const found = Object.entries(run.execution.mapRuns[0]?.[kind] ?? {});
  return Object.fromEntries(found.filter(([, count]) => count !== 0));
}

function lastEvents(run: ScriptedRun): readonly (string | undefined)[] {
  return [...run.childHistory.values()].map((history) => history.at(-1)?.type);
}

describe('A Map Run', () => {
  test.each<[string, JsonObject, number, number, string]>([
    ['no failure unless told otherwise', {}, 3, 1, 'FAILED'],
    ['as many failures as the count', { ToleratedFailureCount: 2 }, 4, 2, 'SUCCEEDED'],
    ['not one more than the count', { ToleratedFailureCount: 2 }, 4, 3, 'FAILED'],
    ['as many failures as the percentage', { ToleratedFailurePercentage: 50 }, 4, 2, 'SUCCEEDED'],
    ['not one more than the percentage', { ToleratedFailurePercentage: 50 }, 4, 3, 'FAILED'],
    ['not a fraction more than the percentage', { ToleratedFailurePercentage: 33.3 }, 3, 1, 'FAILED'],
    ['any failure at 100 percent', { ToleratedFailurePercentage: 100 }, 2, 2, 'SUCCEEDED'],
    [
      'not more than the count, though the percentage allows it',
      { ToleratedFailureCount: 1, ToleratedFailurePercentage: 75 },
      4,
      2,
      'FAILED',
    ],
    [
      'not more than the percentage, though the count allows it',
      { ToleratedFailureCount: 3, ToleratedFailurePercentage: 25 },
      4,
      2,
      'FAILED',
    ],
    ['what both limits allow', { ToleratedFailureCount: 2, ToleratedFailurePercentage: 50 }, 4, 2, 'SUCCEEDED'],
  ])('tolerates %s', async (_, limits, items, failures, status) => {
    const run = await started(items, limits);
    for (let failed = 0; failed < failures; failed += 1) {
      await run.fail('Boom');
    }
    while (run.tasks.length > 0) {
      await run.succeed('done');
    }
    expect(run.execution.status).toBe(status);
    expect(run.execution.mapRuns).toMatchObject([{ status, stoppedAt: run.now }]);
  });

  test('counts the items of a batch that fails, not the batch', async () => {
    const ItemBatcher = { MaxItemsPerBatch: 2 };
    const tolerant = await started(4, { ItemBatcher, ToleratedFailureCount: 2 });
    await tolerant.fail('Boom');
    expect(counts(tolerant)).toEqual({ total: 4, failed: 2, running: 2 });
    expect(counts(tolerant, 'executionCounts')).toEqual({ total: 2, failed: 1, running: 1 });
    const strict = await started(4, { ItemBatcher, ToleratedFailureCount: 1 });
    await strict.fail('Boom');
    expect(strict.execution.status).toBe('FAILED');
  });

  test('that exceeds its tolerance aborts all other child executions, before and after the one that failed', async () => {
    const run = await started(4, { MaxConcurrency: 3 });
    await run.fail('Boom', 'why', 1);
    expect(run.tasks).toEqual([]);
    expect(run.timers).toEqual([]);
    expect(lastEvents(run)).toEqual(['ExecutionAborted', 'ExecutionFailed', 'ExecutionAborted']);
    expect(counts(run)).toEqual({ total: 4, failed: 1, aborted: 2, pending: 1 });
    expect(run.history.at(-3)).toMatchObject({
      type: 'MapRunFailed',
      mapRunFailedEventDetails: { error: 'States.ExceedToleratedFailureThreshold' },
    });
  });

  test('that exceeds its tolerance leaves no child execution behind where a Catcher or a Retrier takes the error', async () => {
    const ErrorEquals = ['States.ExceedToleratedFailureThreshold'];
    const Every = { Type: 'Map', ItemProcessor: PROCESSOR, Retry: [{ ErrorEquals, MaxAttempts: 1 }] };
    const Catch = [{ ErrorEquals, Next: 'Nap' }];
    const Nap = { Type: 'Wait', Seconds: 9, End: true };
    const run = await ScriptedRun.start(machine({ Every: { ...Every, Catch, Next: 'Nap' }, Nap }), {
      input: [1, 2, 3],
    });
    for (const timers of [[1], [9]]) {
      await run.fail('Boom', undefined, 1);
      expect([run.tasks, run.timers]).toEqual([[], timers]);
      expect(lastEvents(run).slice(-3)).toEqual(['ExecutionAborted', 'ExecutionFailed', 'ExecutionAborted']);
      await run.passSeconds(1);
    }
    expect(run.execution.mapRuns).toMatchObject([
      { status: 'FAILED', itemCounts: { failed: 1, aborted: 2, running: 0 } },
      { status: 'FAILED', itemCounts: { failed: 1, aborted: 2, running: 0 } },
    ]);
    expect(Object.keys(run.execution.frames)).toEqual(['0']);
  });

  test('is aborted with its execution, and a redrive takes up the children that did not end well', async () => {
    const run = await started(3, { MaxConcurrency: 2, ToleratedFailureCount: 1 });
    await run.fail('Boom');
    await run.deliver({ type: 'StopRequested' });
    expect(run.execution.mapRuns).toMatchObject([{ status: 'ABORTED', stoppedAt: run.now }]);
    expect(counts(run)).toEqual({ total: 3, failed: 1, aborted: 2 });
    expect(lastEvents(run)).toEqual(['ExecutionFailed', 'ExecutionAborted', 'ExecutionAborted']);
    await run.passSeconds(5);
    await run.deliver({ type: 'RedriveRequested' });
    expect(counts(run)).toEqual({ total: 3, running: 3 });
    expect(run.execution.mapRuns).toMatchObject([{ status: 'RUNNING', redriveCount: 1, redriveDate: run.now }]);
    expect(run.execution.mapRuns[0]?.stoppedAt).toBeUndefined();
    for (const output of ['one', 'two', 'three']) {
      await run.succeed(output);
    }
    expect(run.output).toEqual(['one', 'two', 'three']);
    expect(counts(run)).toEqual({ total: 3, succeeded: 3 });
    for (const history of run.childHistory.values()) {
      expect(history.find(({ type }) => type === 'ExecutionRedriven')).toMatchObject({
        previousEventId: 0,
        executionRedrivenEventDetails: { redriveCount: 1 },
      });
    }
    expect(run.childHistory.size).toBe(3);
  });

  test('goes by the limits that an update sets, and keeps those that it leaves out', async () => {
    const run = await started(4, { MaxConcurrency: 1, ToleratedFailurePercentage: 10 });
    const mapRunArn = run.execution.mapRuns[0]?.arn ?? '';
    await run.deliver({ type: 'MapRunUpdated', mapRunArn, toleratedFailurePercentage: 25 });
    expect(run.tasks).toHaveLength(1);
    await run.fail('Boom');
    expect(run.execution.status).toBe('RUNNING');
    await run.deliver({ type: 'MapRunUpdated', mapRunArn, maxConcurrency: 2 });
    expect(run.tasks).toHaveLength(2);
    expect(run.execution.mapRuns).toMatchObject([
      { maxConcurrency: 2, toleratedFailureCount: 0, toleratedFailurePercentage: 25 },
    ]);
    await run.fail('Boom');
    expect(run.execution.status).toBe('FAILED');
  });

  test('that tolerates a failed child execution starts nothing of it that waited for its turn', async () => {
    const Branches = [machine({ Stop: { Type: 'Fail', Error: 'Boom' } }), machine({ Late: task() })];
    const ItemProcessor = distributed({ Type: 'Parallel', Branches, End: true });
    const run = await started(2, { ItemProcessor, ToleratedFailureCount: 2, MaxConcurrency: 1 });
    expect(run.tasks).toEqual([]);
    expect(lastEvents(run)).toEqual(['ExecutionFailed', 'ExecutionFailed']);
    expect(run.output).toEqual([]);
  });

  test('is not changed by an update once it has ended, or by that of another', async () => {
    const run = await started(1);
    const before = run.execution;
    await run.deliver({ type: 'MapRunUpdated', mapRunArn: 'another', maxConcurrency: 7 });
    expect(run.execution).toEqual(before);
    const mapRunArn = run.execution.mapRuns[0]?.arn ?? '';
    await run.fail('Boom');
    await run.deliver({ type: 'RedriveRequested' });
    await run.succeed('done');
    await run.deliver({ type: 'MapRunUpdated', mapRunArn, maxConcurrency: 7 });
    expect(run.execution.mapRuns).toMatchObject([{ status: 'SUCCEEDED', maxConcurrency: 0 }]);
  });

  test('gives up the task of a child execution whose history is full', async () => {
    const Resource = 'arn:aws:states:::lambda:invoke.waitForTaskToken';
    const ItemProcessor = { ...PROCESSOR, ...machine({ Ask: task({ Resource, Parameters: {}, TimeoutSeconds: 60 }) }) };
    const run = await started(2, { ItemProcessor, ToleratedFailureCount: 1 });
    const [child] = Object.values(run.execution.frames).filter((frame) => frame.child !== undefined);
    if (child?.child === undefined) {
      throw new Error('no child execution runs');
    }
    const full = { ...child, child: { ...child.child, nextEventId: 25_000 } };
    run.execution = { ...run.execution, frames: { ...run.execution.frames, [child.id]: full } };
    await run.deliver({ type: 'TaskSubmitted', taskId: run.tasks[0]?.taskId ?? '', output: {} });
    expect(counts(run)).toEqual({ total: 2, failed: 1, running: 1 });
    expect(run.tasks).toHaveLength(1);
    expect(run.timers).toEqual([60]);
    await run.succeed('paid');
    expect(run.output).toEqual(['paid']);
  });
});
