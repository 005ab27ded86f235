import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../language/json.ts';
import { outstandingEffects } from './step.ts';
import { distributed, machine, map, pass, ScriptedRun } from './testing/scripted-run.ts';

const DISTRIBUTED = distributed();

describe('A Map state', () => {
  test('keeps to MaxConcurrency and to the order of the items', async () => {
    const run = await ScriptedRun.start(machine({ Every: map({ MaxConcurrency: 2 }) }), { input: [1, 2, 3] });
    const [, second] = run.tasks;
    expect(run.tasks.map(({ input }) => input)).toEqual([1, 2]);
    await run.deliver({ type: 'TaskSucceeded', taskId: second?.taskId ?? '', output: 'two' });
    run.tasks = run.tasks.filter((other) => other !== second);
    expect(run.tasks.map(({ input }) => input)).toEqual([1, 3]);
    await run.succeed('one');
    await run.succeed('three');
    expect(run.output).toEqual(['one', 'two', 'three']);
  });

  test('gives each iteration the value of ItemSelector', async () => {
    const ItemSelector = { 'at.$': '$$.Map.Item.Index', 'item.$': '$$.Map.Item.Value', 'all.$': '$.list' };
    const Every = map({ ItemsPath: '$.list', ItemSelector });
    const run = await ScriptedRun.start(machine({ Every }), { input: { list: ['a', 'b'] } });
    expect(run.tasks[1]?.input).toEqual({ at: 1, item: 'b', all: ['a', 'b'] });
  });

  test('of no items returns an empty list', async () => {
    const run = await ScriptedRun.start(machine({ Every: map() }), { input: [] });
    expect(run.output).toEqual([]);
  });

  test('runs at most 40 iterations at once', async () => {
    const run = await ScriptedRun.start(machine({ Every: map() }), {
      input: Array.from({ length: 50 }, (_, i) => i),
    });
    expect(run.tasks).toHaveLength(40);
  });

  test('fails when one iteration does', async () => {
    const run = await ScriptedRun.start(machine({ Every: map() }), { input: [1, 2] });
    await run.fail('Boom');
    expect(run.types.slice(-6)).toEqual([
      'MapIterationFailed',
      'TaskStateAborted',
      'MapIterationAborted',
      'TaskStateAborted',
      'MapStateFailed',
      'ExecutionFailed',
    ]);
  });

  test('aborts the iterations before the one that failed as well as those after it, and starts no more', async () => {
    const run = await ScriptedRun.start(machine({ Every: map({ MaxConcurrency: 3 }) }), { input: [1, 2, 3, 4] });
    await run.fail('Boom', undefined, 1);
    expect(run.tasks).toEqual([]);
    const events = run.history
      .slice(-8)
      .map((event) => [
        event.type,
        ...('mapIterationAbortedEventDetails' in event ? [event.mapIterationAbortedEventDetails.index] : []),
        ...('mapIterationFailedEventDetails' in event ? [event.mapIterationFailedEventDetails.index] : []),
      ]);
    expect(events).toEqual([
      ['MapIterationFailed', 1],
      ['TaskStateAborted'],
      ['MapIterationAborted', 0],
      ['TaskStateAborted'],
      ['MapIterationAborted', 2],
      ['TaskStateAborted'],
      ['MapStateFailed'],
      ['ExecutionFailed'],
    ]);
  });

  test('runs all iterations again when it is retried', async () => {
    const Retry = [{ ErrorEquals: ['Boom'] }];
    const run = await ScriptedRun.start(machine({ Every: map({ Retry }) }), { input: [1, 2] });
    await run.succeed('one');
    await run.fail('Boom');
    await run.passSeconds(1);
    expect(run.tasks.map(({ input }) => input)).toEqual([1, 2]);
    await run.succeed('one');
    await run.succeed('two');
    expect(run.output).toEqual(['one', 'two']);
  });

  test('fails on items that are not an array', async () => {
    const run = await ScriptedRun.start(machine({ Every: map({ ItemsPath: '$.list' }) }), { input: { list: 1 } });
    expect(run.execution).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
    expect(run.execution.cause).toContain('Reference path "$.list" must point to array.');
  });
});

describe('A distributed Map state', () => {
  test('keeps the history of its child executions apart', async () => {
    const run = await ScriptedRun.start(machine({ Every: map({ Label: 'each' }, DISTRIBUTED) }), { input: [1, 2] });
    await run.succeed('one');
    await run.succeed('two');
    expect(run.output).toEqual(['one', 'two']);
    expect(run.types).toEqual([
      'ExecutionStarted',
      'MapStateEntered',
      'MapStateStarted',
      'MapRunStarted',
      'MapRunSucceeded',
      'MapStateSucceeded',
      'MapStateExited',
      'ExecutionSucceeded',
    ]);
    const children = [...run.childHistory];
    expect(children).toHaveLength(2);
    for (const [arn, history] of children) {
      expect(arn).toContain(':execution:machine/each:');
      expect(history.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6, 7]);
      expect(history.at(-1)?.type).toBe('ExecutionSucceeded');
    }
    expect(run.execution.mapRuns).toMatchObject([
      { status: 'SUCCEEDED', itemCounts: { total: 2, succeeded: 2, running: 0 } },
    ]);
  });

  test('leaves failures out of its results as long as it tolerates them', async () => {
    const Every = map({ ToleratedFailureCount: 1 }, DISTRIBUTED);
    const run = await ScriptedRun.start(machine({ Every }), { input: [1, 2, 3] });
    await run.fail('Boom');
    await run.succeed('two');
    await run.succeed('three');
    expect(run.output).toEqual(['two', 'three']);
    expect(run.execution.mapRuns).toMatchObject([{ status: 'SUCCEEDED', itemCounts: { failed: 1, succeeded: 2 } }]);
  });

  test('fails with one failure more than it tolerates, and can be redriven', async () => {
    const Every = map({ ToleratedFailurePercentage: 50 }, DISTRIBUTED);
    const run = await ScriptedRun.start(machine({ Every }), { input: [1, 2, 3] });
    await run.succeed('one');
    await run.fail('Boom');
    await run.fail('Boom');
    expect(run.execution).toMatchObject({ status: 'FAILED', error: 'States.ExceedToleratedFailureThreshold' });
    await run.deliver({ type: 'RedriveRequested' });
    expect(run.types.slice(-2)).toEqual(['ExecutionRedriven', 'MapRunRedriven']);
    await run.succeed('two');
    await run.succeed('three');
    expect(run.output).toEqual(['one', 'two', 'three']);
    expect(run.execution.mapRuns).toMatchObject([
      { status: 'SUCCEEDED', redriveCount: 1, itemCounts: { succeeded: 3, failed: 0 } },
    ]);
  });

  test('passes its items on in batches', async () => {
    const ItemBatcher = { MaxItemsPerBatch: 2, BatchInput: { 'who.$': '$.who' } };
    const Every = map({ ItemsPath: '$.list', ItemBatcher }, DISTRIBUTED);
    const run = await ScriptedRun.start(machine({ Every }), { input: { list: [1, 2, 3], who: 'me' } });
    expect(run.tasks.map(({ input }) => input)).toEqual([
      { BatchInput: { who: 'me' }, Items: [1, 2] },
      { BatchInput: { who: 'me' }, Items: [3] },
    ]);
    expect(run.execution.mapRuns).toMatchObject([
      { itemCounts: { total: 3, running: 3 }, executionCounts: { total: 2 } },
    ]);
  });

  test('closes a batch before it holds more bytes than it may, and gives one item that is larger a batch of its own', async () => {
    const ItemBatcher = { MaxInputBytesPerBatch: 8, MaxItemsPerBatch: 3 };
    const Every = map({ ItemBatcher }, DISTRIBUTED);
    const run = await ScriptedRun.start(machine({ Every }), { input: ['aa', 'bb', 'cc', 'far too long', 1, 2, 3, 4] });
    expect(run.tasks.map(({ input }) => input)).toEqual([
      { Items: ['aa', 'bb'] },
      { Items: ['cc'] },
      { Items: ['far too long'] },
      { Items: [1, 2, 3] },
      { Items: [4] },
    ]);
  });

  test('batches what ItemSelector makes of each item, in JSONata too', async () => {
    const members = {
      QueryLanguage: 'JSONata',
      Items: '{% $states.input.list %}',
      ItemSelector: '{% $states.context.Map.Item.Index & $states.context.Map.Item.Value & $states.input.who %}',
      ItemBatcher: { MaxItemsPerBatch: '{% $states.input.size %}', BatchInput: { who: '{% $states.input.who %}' } },
    };
    const run = await ScriptedRun.start(machine({ Every: map(members, DISTRIBUTED) }), {
      input: { list: ['a', 'b', 'c'], who: 'me', size: 2 },
    });
    expect(run.tasks.map(({ input }) => input)).toEqual([
      { BatchInput: { who: 'me' }, Items: ['0ame', '1bme'] },
      { BatchInput: { who: 'me' }, Items: ['2cme'] },
    ]);
  });

  test('starts more child executions once an update lets it', async () => {
    const run = await ScriptedRun.start(machine({ Every: map({ MaxConcurrency: 1 }, DISTRIBUTED) }), {
      input: [1, 2, 3],
    });
    const mapRunArn = run.execution.mapRuns[0]?.arn ?? '';
    await run.deliver({ type: 'MapRunUpdated', mapRunArn, maxConcurrency: 3 });
    expect(run.tasks).toHaveLength(3);
  });

  test('has a context object of its own in each child execution', async () => {
    const Each = pass({ Parameters: { 'id.$': '$$.Execution.Id', 'input.$': '$$.Execution.Input' } });
    const Every = map({}, distributed(Each));
    const run = await ScriptedRun.start(machine({ Every }), { input: ['a'] });
    expect(run.output).toEqual([{ id: [...run.childHistory.keys()][0], input: 'a' }]);
  });
});

describe('a distributed Map with an ItemReader', () => {
  const ItemReader = { Resource: 'arn:aws:states:::s3:getObject', Parameters: { Bucket: 'b', 'Key.$': '$.key' } };
  const read = (run: ScriptedRun) => run.tasks.findIndex(({ target }) => target.kind === 'ITEM_READER');
  const start = (members: JsonObject = {}) =>
    ScriptedRun.start(machine({ Every: map({ ItemReader, ...members }, DISTRIBUTED) }), { input: { key: 'k' } });

  test('has its items read a window at a time, the next when all of them are started', async () => {
    const run = await start({ MaxConcurrency: 2 });
    expect(run.tasks[0]?.input).toMatchObject({ Parameters: { Bucket: 'b', Key: 'k' }, Cursor: null, Read: 0 });
    await run.succeed({ items: ['a', 'b', 'c'], total: 4, cursor: { offset: 9 } });
    expect(run.execution.mapRuns[0]?.itemCounts).toMatchObject({ total: 4, running: 2, pending: 2 });
    expect(read(run)).toBe(-1);
    await run.succeed('A');
    expect(run.tasks[read(run)]?.input).toMatchObject({ Cursor: { offset: 9 }, Read: 3 });
    await run.succeed('B');
    await run.succeed({ items: ['d'] }, read(run));
    await run.succeed('C');
    await run.succeed('D');
    expect(run.output).toEqual(['A', 'B', 'C', 'D']);
    expect(run.types).not.toContain('TaskScheduled');
  });

  test('answers no results when there is no item', async () => {
    const run = await start();
    await run.succeed({ items: [], total: 0 });
    expect(run.output).toEqual([]);
  });

  test('reads again after a restart, and not once it is stopped', async () => {
    const run = await start();
    expect(outstandingEffects(run.execution)).toMatchObject([{ type: 'RunTask', target: { kind: 'ITEM_READER' } }]);
    await run.deliver({ type: 'StopRequested' });
    expect(run.tasks).toEqual([]);
    expect(run.execution).toMatchObject({ status: 'ABORTED', mapRuns: [{ status: 'ABORTED' }] });
  });

  test('halts its children when the next items cannot be read, and can be retried', async () => {
    const Retry = [{ ErrorEquals: ['States.ItemReaderFailed'] }];
    const run = await start({ Retry });
    await run.succeed({ items: ['a'], total: 2, cursor: {} });
    await run.fail('S3.NoSuchKeyException', 'gone', read(run));
    expect(run.execution.mapRuns[0]).toMatchObject({ status: 'FAILED', itemCounts: { aborted: 1 } });
    expect(run.types).toContain('MapRunFailed');
    await run.passSeconds(1);
    await run.succeed({ items: ['a'], total: 1 });
    await run.succeed('A');
    expect(run.output).toEqual(['A']);
  });

  test('reads on when it is redriven, with the children that did not end well', async () => {
    const run = await start({ MaxConcurrency: 1 });
    await run.succeed({ items: ['a', 'b'], total: 3, cursor: { offset: 9 } });
    await run.succeed('A');
    await run.fail('S3.S3Exception', 'busy', read(run));
    expect(run.execution).toMatchObject({ status: 'FAILED', error: 'States.ItemReaderFailed' });
    await run.deliver({ type: 'RedriveRequested' });
    expect(run.execution.mapRuns).toMatchObject([{ status: 'RUNNING', redriveCount: 1 }]);
    await run.succeed({ items: ['c'] }, read(run));
    await run.succeed('B');
    await run.succeed('C');
    expect(run.output).toEqual(['A', 'B', 'C']);
  });

  test('writes its results when it is redriven, and runs no item again', async () => {
    const ResultWriter = { Resource: 'arn:aws:states:::s3:putObject', Parameters: { Bucket: 'b' } };
    const run = await start({ ResultWriter });
    await run.succeed({ items: ['a'], total: 1 });
    await run.succeed('A');
    await run.fail('S3.NoSuchBucketException', 'gone');
    expect(run.execution).toMatchObject({ status: 'FAILED', error: 'States.ResultWriterFailed' });
    await run.deliver({ type: 'RedriveRequested' });
    expect(run.tasks.map(({ target }) => target.kind)).toEqual(['RESULT_WRITER']);
    await run.succeed({ Bucket: 'b', Key: 'k' });
    expect(run.output).toMatchObject({ ResultWriterDetails: { Key: 'k' } });
    expect(run.execution.mapRuns).toMatchObject([{ status: 'SUCCEEDED' }]);
  });

  test('has its results written at the end, which it does not keep', async () => {
    const ResultWriter = { Resource: 'arn:aws:states:::s3:putObject', Parameters: { Bucket: 'b' } };
    const run = await start({ ResultWriter });
    await run.succeed({ items: ['a'], total: 1 });
    await run.succeed('A');
    const [mapRun] = run.execution.mapRuns;
    expect(run.tasks[0]).toMatchObject({
      target: { kind: 'RESULT_WRITER' },
      input: { Parameters: { Bucket: 'b' }, MapRunArn: mapRun?.arn },
    });
    expect(JSON.stringify(run.execution)).not.toContain('"A"');
    await run.succeed({ Bucket: 'b', Key: 'manifest.json' });
    expect(run.output).toEqual({ MapRunArn: mapRun?.arn, ResultWriterDetails: { Bucket: 'b', Key: 'manifest.json' } });
  });
});
