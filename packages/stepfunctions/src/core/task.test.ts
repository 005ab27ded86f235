import { describe, expect, test } from '@jest/globals';
import { outstandingEffects, step } from './step.ts';
import { FUNCTION, machine, pass, ScriptedRun, task } from './testing/scripted-run.ts';

const WAITING = 'arn:aws:states:::lambda:invoke.waitForTaskToken';
const ACTIVITY = 'arn:aws:states:us-east-1:000000000000:activity:pack';

describe('A task', () => {
  test('on a function gets the bare input and yields the bare answer', async () => {
    const run = await ScriptedRun.start(machine({ Work: task() }), { input: { a: 1 } });
    expect(run.tasks).toMatchObject([{ target: { kind: 'LAMBDA_FUNCTION', functionArn: FUNCTION }, input: { a: 1 } }]);
    await run.succeed([2]);
    expect(run.output).toEqual([2]);
    expect(run.types).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'LambdaFunctionScheduled',
      'LambdaFunctionStarted',
      'LambdaFunctionSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ]);
  });

  test('may be given its own token, a new one for each attempt', async () => {
    const Parameters = { FunctionName: 'f', Payload: { 'token.$': '$$.Task.Token' } };
    const Retry = [{ ErrorEquals: ['States.ALL'] }];
    const run = await ScriptedRun.start(machine({ Ask: task({ Resource: WAITING, Parameters, Retry }) }));
    const first = run.tasks[0];
    expect(first?.input).toEqual({ FunctionName: 'f', Payload: { token: first?.token } });
    await run.fail('Boom');
    await run.passSeconds(1);
    expect(run.tasks[0]?.token).not.toBe(first?.token);
  });

  test('that was submitted is not called again after a restart', async () => {
    const run = await ScriptedRun.start(machine({ Ask: task({ Resource: WAITING, Parameters: {} }) }));
    const taskId = run.tasks[0]?.taskId ?? '';
    await run.deliver({ type: 'TaskSubmitted', taskId, output: { StatusCode: 200 } });
    expect(outstandingEffects(run.execution)).toMatchObject([
      { type: 'RunTask', taskId, submitted: { output: { StatusCode: 200 } } },
    ]);
    await run.succeed({ decision: 'PAID' });
    expect(run.output).toEqual({ decision: 'PAID' });
    expect(run.types).toContain('TaskSubmitted');
  });

  test('of an activity starts when a worker takes it, and its heartbeat counts from then on', async () => {
    const run = await ScriptedRun.start(machine({ Pack: task({ Resource: ACTIVITY, HeartbeatSeconds: 10 }) }));
    await run.passSeconds(100);
    const taskId = run.tasks[0]?.taskId ?? '';
    await run.deliver({ type: 'TaskStarted', taskId, workerName: 'anna' });
    expect(outstandingEffects(run.execution)).toMatchObject([{ taskId, started: true }, { type: 'SetTimer' }]);
    await run.passSeconds(9);
    await run.deliver({ type: 'TaskHeartbeat', taskId });
    await run.passSeconds(9);
    expect(run.execution.status).toBe('RUNNING');
    await run.passSeconds(1);
    expect(run.execution).toMatchObject({ status: 'FAILED', error: 'States.HeartbeatTimeout' });
    expect(run.types).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'ActivityScheduled',
      'ActivityStarted',
      'ActivityTimedOut',
      'ExecutionFailed',
    ]);
  });

  test('whose answer comes late or twice changes nothing', async () => {
    const run = await ScriptedRun.start(machine({ One: task({ Next: 'Two' }), Two: task() }));
    const taskId = run.tasks[0]?.taskId ?? '';
    await run.succeed(1);
    const late = { type: 'TaskSucceeded' as const, taskId, output: 2, at: run.now, entropy: '00' };
    const result = await step(run.definition, run.execution, late);
    expect(result).toEqual({ execution: run.execution, history: [], effects: [], childHistory: [] });
    expect(result.execution).toBe(run.execution);
  });

  test('with too large a result fails with States.DataLimitExceeded, named after the service', async () => {
    const Catch = [{ ErrorEquals: ['States.DataLimitExceeded'], Next: 'Small' }];
    const members = { Resource: 'arn:aws:states:::lambda:invoke', Parameters: {}, Catch, Next: 'Small' };
    const run = await ScriptedRun.start(machine({ Big: task(members), Small: pass() }));
    await run.succeed('x'.repeat(262_144));
    const Cause =
      "The state/task 'lambda' returned a result with a size exceeding the maximum number of bytes service limit.";
    expect(run.output).toEqual({ Error: 'States.DataLimitExceeded', Cause });
  });

  test('may take its timeout from the data', async () => {
    const run = await ScriptedRun.start(machine({ Work: task({ TimeoutSecondsPath: '$.limit' }) }), {
      input: { limit: 7 },
    });
    expect(run.timers).toEqual([7]);
    expect(run.tasks[0]?.timeoutSeconds).toBe(7);
  });

  test('that the shell runs again after a crash shows in the history', async () => {
    const run = await ScriptedRun.start(machine({ Work: task() }));
    await run.deliver({ type: 'TaskRestarted', taskId: run.tasks[0]?.taskId ?? '' });
    expect(run.types.filter((type) => type === 'LambdaFunctionStarted')).toHaveLength(2);
  });

  test('of an activity is not started by a restart of the shell', async () => {
    const run = await ScriptedRun.start(machine({ Pack: task({ Resource: ACTIVITY }) }));
    await run.deliver({ type: 'TaskRestarted', taskId: run.tasks[0]?.taskId ?? '' });
    expect(run.types.at(-1)).toBe('ActivityScheduled');
  });

  test('on an unknown resource fails the execution', async () => {
    const run = await ScriptedRun.start(
      machine({ Work: task({ Resource: 'arn:aws:sqs:us-east-1:000000000000:queue' }) }),
    );
    expect(run.execution).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
  });
});
