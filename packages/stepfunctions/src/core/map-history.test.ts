import { describe, expect, test } from '@jest/globals';
import { distributed, machine, map, pass, ScriptedRun, task } from './testing/scripted-run.ts';

const ROLE = 'arn:aws:iam::000000000000:role/machine';
const WHOLE = { truncated: false };

/** A distributed Map state over these items, with two child executions at a time. */
function started(input: readonly number[], members = {}, entropy = ''): Promise<ScriptedRun> {
  const Every = map({ Label: 'each', MaxConcurrency: 2, ...members }, distributed());
  return ScriptedRun.start(machine({ Every }), { input: [...input], entropy });
}

describe('The history of a child execution', () => {
  test('holds its input and role at its start, and its output or error at its end', async () => {
    const run = await started([7, 8], { ToleratedFailureCount: 1 });
    await run.succeed('seven');
    await run.fail('Boom', 'why');
    const [seven = [], eight = []] = [...run.childHistory.values()];
    expect(seven[0]).toMatchObject({
      type: 'ExecutionStarted',
      executionStartedEventDetails: { input: '7', inputDetails: WHOLE, roleArn: ROLE },
    });
    expect(seven.at(-1)).toMatchObject({
      type: 'ExecutionSucceeded',
      previousEventId: seven.at(-2)?.id,
      executionSucceededEventDetails: { output: '"seven"', outputDetails: WHOLE },
    });
    expect(eight.at(-1)).toMatchObject({
      type: 'ExecutionFailed',
      previousEventId: eight.at(-2)?.id,
      executionFailedEventDetails: { error: 'Boom', cause: 'why' },
    });
  });

  test('ends with its abort, which nothing in it has caused', async () => {
    const run = await started([7, 8]);
    await run.fail('Boom');
    const [, eight = []] = [...run.childHistory.values()];
    expect(eight.at(-1)).toMatchObject({
      type: 'ExecutionAborted',
      previousEventId: 0,
      executionAbortedEventDetails: {},
    });
    expect(run.history.find(({ type }) => type === 'MapRunFailed')).toMatchObject({
      mapRunFailedEventDetails: {
        error: 'States.ExceedToleratedFailureThreshold',
        cause: 'The specified tolerated failure threshold was exceeded',
      },
    });
  });

  test('is found by an ARN with the label of its Map state, as its Map Run is', async () => {
    const run = await started([7]);
    const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
    const prefix = 'arn:aws:states:us-east-1:000000000000';
    const [mapRun] = run.execution.mapRuns;
    expect(mapRun?.arn).toMatch(new RegExp(`^${prefix}:mapRun:machine/each:${uuid}$`));
    expect([...run.childHistory.keys()]).toEqual([
      expect.stringMatching(new RegExp(`^${prefix}:execution:machine/each:${uuid}$`)),
    ]);
    expect(run.history.find(({ type }) => type === 'MapRunStarted')).toMatchObject({
      mapRunStartedEventDetails: { mapRunArn: mapRun?.arn },
    });
  });
});

test('A Map state without a label has the same one in every execution', async () => {
  const labels: (string | undefined)[] = [];
  for (const entropy of ['one', 'two']) {
    labels.push((await started([7], { Label: undefined }, entropy)).execution.mapRuns[0]?.label);
  }
  expect(labels[0]).toMatch(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect(labels[1]).toBe(labels[0]);
});

test('A Map Run puts the results in the order of the items, whichever ends first', async () => {
  const run = await started([1, 2, 3, 4]);
  await run.succeed('two', 1);
  await run.succeed('three', 1);
  await run.succeed('four', 1);
  await run.succeed('one');
  expect(run.output).toEqual(['one', 'two', 'three', 'four']);
});

test('The history of an inline Map state tells its number of items, and each of its iterations', async () => {
  const run = await ScriptedRun.start(machine({ Every: map({}, machine({ Each: pass() })) }), { input: [7, 8] });
  expect(run.history.find(({ type }) => type === 'MapStateStarted')).toMatchObject({
    mapStateStartedEventDetails: { length: 2 },
  });
  const iterations = run.history.flatMap((event) => [
    ...('mapIterationStartedEventDetails' in event ? [event.mapIterationStartedEventDetails] : []),
    ...('mapIterationSucceededEventDetails' in event ? [event.mapIterationSucceededEventDetails] : []),
  ]);
  expect(iterations).toEqual(
    expect.arrayContaining([
      { name: 'Every', index: 0 },
      { name: 'Every', index: 1 },
    ]),
  );
  expect(iterations).toHaveLength(4);
});

test('A Map state in whose branch another state failed is aborted with the iterations that run', async () => {
  const branches = [machine({ Every: map() }), machine({ Broken: task() })];
  const All = { Type: 'Parallel', Branches: branches, End: true };
  const run = await ScriptedRun.start(machine({ All }), { input: [7, 8] });
  await run.fail('Boom');
  expect(run.tasks).toEqual([]);
  expect(run.types).not.toContain('MapIterationFailed');
  const aborted = run.history.flatMap((event) =>
    'mapIterationAbortedEventDetails' in event ? [event.mapIterationAbortedEventDetails] : [],
  );
  expect(aborted).toEqual([
    { name: 'Every', index: 0 },
    { name: 'Every', index: 1 },
  ]);
});
