import { describe, expect, test } from '@jest/globals';
import { notRedrivableReason, outstandingEffects } from './step.ts';
import { machine, map, pass, ScriptedRun, startTask, task } from './testing/scripted-run.ts';

const redrive = { type: 'RedriveRequested' as const };

describe('A redrive', () => {
  test('runs the failed state again with its old input and keeps earlier results', async () => {
    const states = { First: task({ ResultPath: '$.first', Next: 'Second' }), Second: task({ ResultPath: '$.second' }) };
    const run = await ScriptedRun.start(machine(states), { input: {} });
    await run.succeed(1);
    await run.fail('Boom');
    await run.deliver(redrive);
    expect(run.tasks.map(({ input }) => input)).toEqual([{ first: 1 }]);
    expect(run.execution).toMatchObject({ status: 'RUNNING', redriveCount: 1, redriveDate: run.now });
    expect(run.execution.error).toBeUndefined();
    await run.succeed(2);
    expect(run.output).toEqual({ first: 1, second: 2 });
    expect(run.types.slice(5)).toEqual([
      'TaskStateExited',
      'TaskStateEntered',
      'LambdaFunctionScheduled',
      'LambdaFunctionStarted',
      'LambdaFunctionFailed',
      'ExecutionFailed',
      'ExecutionRedriven',
      'LambdaFunctionScheduled',
      'LambdaFunctionStarted',
      'LambdaFunctionSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ]);
  });

  test('resumes only the branches that did not succeed', async () => {
    const branches = [machine({ A: task() }), machine({ B: task() }), machine({ C: task() })];
    const run = await ScriptedRun.start(machine({ All: { Type: 'Parallel', Branches: branches, End: true } }));
    await run.succeed('a');
    await run.fail('Boom');
    await run.deliver(redrive);
    expect(run.tasks).toHaveLength(2);
    await run.succeed('b');
    await run.succeed('c');
    expect(run.output).toEqual(['a', 'b', 'c']);
  });

  test('resumes only the iterations that did not succeed, then starts the others', async () => {
    const Every = map({ MaxConcurrency: 2 });
    const run = await ScriptedRun.start(machine({ Every }), { input: [1, 2, 3, 4] });
    await run.succeed('one');
    await run.fail('Boom');
    await run.deliver(redrive);
    expect(run.tasks.map(({ input }) => input)).toEqual([2, 3]);
    for (const output of ['two', 'three', 'four']) {
      await run.succeed(output);
    }
    expect(run.output).toEqual(['one', 'two', 'three', 'four']);
  });

  test('goes on after a stop, and counts retries from the start', async () => {
    const Retry = [{ ErrorEquals: ['States.ALL'], MaxAttempts: 1 }];
    const run = await startTask({ Retry });
    await run.fail('Boom');
    await run.deliver({ type: 'StopRequested', error: 'Manual', cause: 'probe' });
    expect(run.execution).toMatchObject({ status: 'ABORTED', error: 'Manual', cause: 'probe' });
    expect(run.timers).toEqual([]);
    expect(outstandingEffects(run.execution)).toEqual([]);
    await run.deliver(redrive);
    await run.fail('Boom');
    expect(run.execution.status).toBe('RUNNING');
    await run.passSeconds(1);
    await run.succeed('done');
    expect(run.output).toBe('done');
  });

  test('takes up a failure in a branch of a branch, and of the outer ones only what did not end well', async () => {
    const Inner = { Type: 'Parallel', Branches: [machine({ A: task() }), machine({ B: task() })], End: true };
    const Branches = [machine({ Inner }), machine({ C: task() })];
    const run = await ScriptedRun.start(machine({ Outer: { Type: 'Parallel', Branches, End: true } }));
    await run.succeed('c');
    await run.succeed('a');
    await run.fail('Boom');
    await run.deliver(redrive);
    expect(run.tasks).toHaveLength(1);
    await run.succeed('b');
    expect(run.output).toEqual([['a', 'b'], 'c']);
    const { id } = run.history.find(({ type }) => type === 'ExecutionRedriven') ?? { id: 0 };
    expect(run.history[id]).toMatchObject({ type: 'LambdaFunctionScheduled', previousEventId: id });
  });

  test('runs a Parallel state again whose branches all ended well but whose own output failed', async () => {
    const Branches = [machine({ A: task() })];
    const Both = { Type: 'Parallel', Branches, Output: '{% $states.result[0].missing.at %}', End: true };
    const run = await ScriptedRun.start(machine({ Both }, { QueryLanguage: 'JSONata' }));
    await run.succeed('a');
    expect(run.execution).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
    await run.deliver(redrive);
    expect(run.tasks).toHaveLength(1);
    await run.succeed({ missing: { at: 'last' } });
    expect(run.output).toBe('last');
  });

  test('counts each time, and leaves nothing of the failure in the execution', async () => {
    const run = await startTask();
    for (const redriveCount of [1, 2]) {
      await run.fail('Boom', 'why');
      expect(run.execution).toMatchObject({ status: 'FAILED', error: 'Boom', cause: 'why', stoppedAt: run.now });
      await run.passSeconds(1);
      await run.deliver(redrive);
      expect(run.execution).toMatchObject({ status: 'RUNNING', redriveCount, redriveDate: run.now });
      expect([run.execution.error, run.execution.cause, run.execution.stoppedAt]).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
      expect(run.history.findLast(({ type }) => type === 'ExecutionRedriven')).toMatchObject({
        previousEventId: 0,
        executionRedrivenEventDetails: { redriveCount },
      });
    }
    await run.succeed('done');
    expect(run.output).toBe('done');
  });

  test('is refused while nothing is left of the history, and one event before that is not', async () => {
    const run = await startTask();
    await run.fail('Boom');
    expect(notRedrivableReason({ ...run.execution, nextEventId: 24_999 })).toBeUndefined();
    expect(notRedrivableReason({ ...run.execution, nextEventId: 25_000 })).toContain('too many history events');
  });

  test('starts the execution timeout anew', async () => {
    const run = await ScriptedRun.start(machine({ Work: task() }, { TimeoutSeconds: 10 }));
    await run.passSeconds(10);
    expect(run.execution.status).toBe('TIMED_OUT');
    expect(run.history.at(-1)).toMatchObject({ type: 'ExecutionTimedOut', previousEventId: 0 });
    await run.deliver(redrive);
    expect(run.timers).toEqual([10]);
  });

  test('shows the state how often it was redriven', async () => {
    const run = await ScriptedRun.start(
      machine({ Work: task({ Parameters: { 'count.$': '$$.Execution.RedriveCount' } }) }),
    );
    await run.fail('Boom');
    await run.deliver(redrive);
    expect(run.tasks[0]?.input).toEqual({ count: 1 });
  });

  test('is refused for a running, succeeded or Express execution', async () => {
    const running = await startTask();
    expect(notRedrivableReason(running.execution)).toContain('RUNNING');
    const succeeded = await ScriptedRun.start(machine({ Done: pass() }));
    expect(notRedrivableReason(succeeded.execution)).toContain('SUCCEEDED');
    const express = await startTask({}, { type: 'EXPRESS' });
    await express.fail('Boom');
    expect(notRedrivableReason(express.execution)).toContain('Express');
    const before = succeeded.execution;
    await succeeded.deliver(redrive);
    expect(succeeded.execution).toEqual(before);
  });
});
