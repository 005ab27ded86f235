import { describe, expect, test } from '@jest/globals';
import { machine, pass, ScriptedRun, startTask, task } from './testing/scripted-run.ts';

const ALL = ['States.ALL'];

describe('Retry', () => {
  test('waits longer after each attempt, up to the cap, then gives up', async () => {
    const Retry = [{ ErrorEquals: ALL, IntervalSeconds: 2, BackoffRate: 3, MaxAttempts: 3, MaxDelaySeconds: 10 }];
    const run = await startTask({ Retry });
    const delays: number[] = [];
    while (run.tasks.length > 0) {
      await run.fail('Boom', 'it broke');
      delays.push(...run.timers);
      await run.passSeconds(10);
    }
    expect(delays).toEqual([2, 6, 10]);
    expect(run.execution).toMatchObject({ status: 'FAILED', error: 'Boom', cause: 'it broke' });
    expect(run.types.filter((type) => type === 'LambdaFunctionScheduled')).toHaveLength(4);
  });

  test('counts the attempts of each Retrier on its own', async () => {
    const Retry = [
      { ErrorEquals: ['A'], MaxAttempts: 1 },
      { ErrorEquals: ['B'], MaxAttempts: 2 },
    ];
    const run = await startTask({ Retry });
    for (const error of ['A', 'B', 'B', 'A']) {
      await run.fail(error);
      await run.passSeconds(60);
    }
    expect(run.execution).toMatchObject({ status: 'FAILED', error: 'A' });
    expect(run.types.filter((type) => type === 'LambdaFunctionScheduled')).toHaveLength(4);
  });

  test('with full jitter waits anything up to the back-off', async () => {
    const Retry = [{ ErrorEquals: ALL, IntervalSeconds: 100, JitterStrategy: 'FULL' }];
    const run = await startTask({ Retry });
    await run.fail('Boom');
    const [delay] = run.timers;
    expect(delay).toBeGreaterThanOrEqual(0);
    expect(delay).toBeLessThan(100);
    await run.passSeconds(100);
    await run.fail('Boom');
    expect(run.timers[0]).not.toBe(delay);
  });

  test('shows the attempts to the state and starts from zero in the next one', async () => {
    const Parameters = { 'count.$': '$$.State.RetryCount' };
    const Retry = [{ ErrorEquals: ALL }];
    const run = await ScriptedRun.start(
      machine({ One: task({ Parameters, Retry, Next: 'Two' }), Two: task({ Parameters }) }),
    );
    expect(run.tasks[0]?.input).toEqual({ count: 0 });
    await run.fail('Boom');
    await run.passSeconds(1);
    expect(run.tasks[0]?.input).toEqual({ count: 1 });
    await run.succeed();
    expect(run.tasks[0]?.input).toEqual({ count: 0 });
  });

  test('tells the attempts to a Parallel and to a Map state as well, but to no other state', async () => {
    const Parameters = { 'state.$': '$$.State' };
    const Retry = [{ ErrorEquals: ALL }];
    const Both = { Type: 'Parallel', Branches: [machine({ A: task() })], Parameters, Retry, Next: 'Each' };
    const Each = { Type: 'Map', ItemProcessor: machine({ B: task() }), ItemSelector: Parameters, Retry, Next: 'Say' };
    const run = await ScriptedRun.start(machine({ Both, Each, Say: pass({ Parameters }) }), { input: {} });
    const EnteredTime = expect.any(String);
    expect(run.tasks[0]?.input).toEqual({ state: { Name: 'Both', EnteredTime, RetryCount: 0 } });
    await run.fail('Boom');
    await run.passSeconds(1);
    expect(run.tasks[0]?.input).toEqual({ state: { Name: 'Both', EnteredTime, RetryCount: 1 } });
    await run.succeed('a');
    expect(run.tasks[0]?.input).toEqual({ state: { Name: 'Each', EnteredTime, RetryCount: 0 } });
    await run.succeed('b');
    expect(run.output).toEqual({ state: { Name: 'Say', EnteredTime } });
  });

  test('without numbers of its own waits 1, 2 and 4 seconds, then gives up', async () => {
    const run = await startTask({ Retry: [{ ErrorEquals: ALL }] });
    const delays: number[] = [];
    while (run.tasks.length > 0) {
      await run.fail('Boom');
      delays.push(...run.timers);
      await run.passSeconds(4);
    }
    expect(delays).toEqual([1, 2, 4]);
    expect(run.execution.status).toBe('FAILED');
  });

  test.each<[string, string, boolean]>([
    ['Boom', 'Boom', true],
    ['Boom', 'BoomBoom', false],
    ['BoomBoom', 'Boom', false],
    ['States.ALL', 'Boom', true],
    ['States.ALL', 'States.Timeout', true],
    ['States.ALL', 'States.DataLimitExceeded', true],
    ['States.ALL', 'States.Runtime', false],
    ['States.Runtime', 'States.Runtime', true],
    ['States.TaskFailed', 'States.TaskFailed', true],
    ['States.TaskFailed', 'Boom', true],
    ['States.TaskFailed', 'States.Timeout', false],
    ['States.TaskFailed', 'States.HeartbeatTimeout', false],
    ['States.TaskFailed', 'States.Runtime', false],
    ['States.Timeout', 'States.Timeout', true],
    ['States.Timeout', 'States.HeartbeatTimeout', true],
    ['States.Timeout', 'States.TimeoutOfMine', false],
    ['States.HeartbeatTimeout', 'States.HeartbeatTimeout', true],
    ['States.HeartbeatTimeout', 'States.Timeout', false],
  ])('of %s at the error %s: %s', async (wanted, error, isRetried) => {
    const Retry = [{ ErrorEquals: ['Other', wanted] }];
    const run = await startTask({ Retry });
    await run.fail(error);
    expect(run.timers).toEqual(isRetried ? [1] : []);
  });

  test('of an error without a name goes by States.ALL alone', async () => {
    const Stop = { Type: 'Fail' };
    const Retry = [{ ErrorEquals: ['Boom'] }, { ErrorEquals: ALL, IntervalSeconds: 7 }];
    const Branches = [machine({ Stop })];
    const run = await ScriptedRun.start(machine({ Both: { Type: 'Parallel', Branches, Retry, End: true } }));
    expect(run.timers).toEqual([7]);
  });

  test('with MaxAttempts 0 never retries', async () => {
    const Retry = [{ ErrorEquals: ['Boom'], MaxAttempts: 0 }, { ErrorEquals: ALL }];
    const run = await startTask({ Retry });
    await run.fail('Boom');
    expect(run.execution.status).toBe('FAILED');
  });
});

describe('Catch', () => {
  test('in JSONPath puts the error where ResultPath says', async () => {
    const Catch = [{ ErrorEquals: ['Boom'], ResultPath: '$.error', Next: 'Undo' }];
    const run = await ScriptedRun.start(machine({ Work: task({ Catch, Next: 'Undo' }), Undo: pass() }), {
      input: { a: 1 },
    });
    await run.fail('Boom', 'why');
    expect(run.output).toEqual({ a: 1, error: { Error: 'Boom', Cause: 'why' } });
  });

  test('in JSONata has Output and Assign of its own', async () => {
    const Catch = [
      {
        ErrorEquals: ALL,
        Assign: { why: '{% $states.errorOutput.Cause %}' },
        Output: '{% $states.input %}',
        Next: 'Undo',
      },
    ];
    const states = { Work: task({ Catch, Next: 'Undo' }), Undo: pass({ Output: '{% [$why, $states.input.a] %}' }) };
    const run = await ScriptedRun.start(machine(states, { QueryLanguage: 'JSONata' }), { input: { a: 1 } });
    await run.fail('Boom', 'why');
    expect(run.output).toEqual(['why', 1]);
  });

  test('in JSONata puts out the error where it has no Output, and the first Catcher that matches counts', async () => {
    const Catch = [
      { ErrorEquals: ['Other'], Output: 'other', Next: 'Undo' },
      { ErrorEquals: ['Boom'], Next: 'Undo' },
      { ErrorEquals: ALL, Output: 'all', Next: 'Undo' },
    ];
    const states = { Work: task({ Catch, Next: 'Undo' }), Undo: pass() };
    const run = await ScriptedRun.start(machine(states, { QueryLanguage: 'JSONata' }));
    await run.fail('Boom');
    expect(run.output).toEqual({ Error: 'Boom', Cause: '' });
  });

  test('of a Parallel state takes what its branches failed with, and drops the branches', async () => {
    const Catch = [{ ErrorEquals: ['Boom'], ResultPath: '$.why', Next: 'Undo' }];
    const Branches = [machine({ A: task() }), machine({ B: task() })];
    const states = { Both: { Type: 'Parallel', Branches, Catch, Next: 'Undo' }, Undo: task() };
    const run = await ScriptedRun.start(machine(states), { input: { n: 1 } });
    await run.fail('Boom', undefined, 1);
    expect(run.tasks.map(({ input }) => input)).toEqual([{ n: 1, why: { Error: 'Boom', Cause: '' } }]);
    expect(Object.keys(run.execution.frames)).toEqual(['0']);
    expect(run.types).toContain('ParallelStateFailed');
  });

  test('comes after the retries', async () => {
    const members = {
      Retry: [{ ErrorEquals: ALL, MaxAttempts: 1 }],
      Catch: [{ ErrorEquals: ALL, Next: 'Undo' }],
      Next: 'Undo',
    };
    const run = await ScriptedRun.start(machine({ Work: task(members), Undo: pass() }));
    await run.fail('Boom');
    expect(run.execution.status).toBe('RUNNING');
    await run.passSeconds(1);
    await run.fail('Boom');
    expect(run.output).toEqual({ Error: 'Boom', Cause: '' });
  });

  test('of States.TaskFailed does not match a timeout, one of States.ALL does', async () => {
    const start = (ErrorEquals: string[]) => {
      const Catch = [{ ErrorEquals, Next: 'Undo' }];
      return ScriptedRun.start(machine({ Work: task({ TimeoutSeconds: 5, Catch, Next: 'Undo' }), Undo: pass() }));
    };
    const failed = await start(['States.TaskFailed']);
    await failed.passSeconds(5);
    expect(failed.execution).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    const caught = await start(ALL);
    await caught.passSeconds(5);
    expect(caught.output).toEqual({ Error: 'States.Timeout', Cause: '' });
  });

  test('does not match States.Runtime, not even from a branch', async () => {
    const Branches = [machine({ Broken: pass({ InputPath: '$.nothing' }) }), machine({ Other: task() })];
    const Catch = [{ ErrorEquals: ALL, Next: 'Undo' }];
    const run = await ScriptedRun.start(
      machine({ Both: { Type: 'Parallel', Branches, Catch, Next: 'Undo' }, Undo: pass() }),
    );
    expect(run.execution).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
    expect(run.history.at(-1)).toMatchObject({ type: 'ExecutionFailed', previousEventId: 4 });
    expect(run.tasks).toEqual([]);
  });

  test('whose own expression fails fails the state with that error', async () => {
    const Catch = [{ ErrorEquals: ALL, Output: '{% $nothing.at.all %}', Next: 'Undo' }];
    const states = { Work: task({ Catch, Next: 'Undo' }), Undo: pass() };
    const run = await ScriptedRun.start(machine(states, { QueryLanguage: 'JSONata' }));
    await run.fail('Boom');
    expect(run.execution).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
    expect(run.execution.cause).toContain("specified for the field 'Catch[0]/Output");
    expect(run.types).toContain('EvaluationFailed');
  });

  test('whose own expression fails fails a state of branches twice', async () => {
    const Catch = [{ ErrorEquals: ALL, Output: '{% $nothing.at.all %}', Next: 'Undo' }];
    const Branches = [machine({ Stop: { Type: 'Fail', Error: 'Boom' } })];
    const states = { Both: { Type: 'Parallel', Branches, Catch, Next: 'Undo' }, Undo: pass() };
    const run = await ScriptedRun.start(machine(states, { QueryLanguage: 'JSONata' }));
    expect(run.history.slice(4).map(({ type, previousEventId }) => [type, previousEventId])).toEqual([
      ['ParallelStateFailed', 4],
      ['EvaluationFailed', 4],
      ['ParallelStateFailed', 6],
      ['ExecutionFailed', 7],
    ]);
  });
});
