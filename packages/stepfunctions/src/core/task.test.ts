import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../language/json.ts';
import { outstandingEffects, step } from './step.ts';
import { FUNCTION, machine, pass, ScriptedRun, startTask, task } from './testing/scripted-run.ts';

const WAITING = 'arn:aws:states:::lambda:invoke.waitForTaskToken';
const ACTIVITY = 'arn:aws:states:us-east-1:000000000000:activity:pack';

describe('A task', () => {
  test('on a function gets the bare input and yields the bare answer', async () => {
    const run = await startTask({}, { input: { a: 1 } });
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

  const DYNAMODB = 'arn:aws:states:::dynamodb:putItem';
  test.each<[string, JsonObject, JsonObject, string]>([
    ['arn:aws:states:::lambda:invoke', { FunctionName: 'f', 'Payload.$': '$' }, { v: 1 }, ''],
    [
      'arn:aws:states:::lambda:invoke',
      { FunctionName: 'f', 'Payload.$': '$.v' },
      { v: 1 },
      `The Parameters '{"FunctionName":"f","Payload":1}' could not be used to start the Task: [The value for the field 'Payload' must be a STRING]`,
    ],
    [
      'arn:aws:states:::lambda:invoke',
      { FunctionName: 'f', Payload: { 't.$.$': '$.v' } },
      { v: 'x' },
      `The Parameters '{"FunctionName":"f","Payload":{"t.$":"x"}}' could not be used to start the Task: [The value for the field 't.$' must be a valid JSONPath or a valid intrinsic function call]`,
    ],
    ['arn:aws:states:::lambda:invoke', { FunctionName: 'f', 'Payload.$': '$' }, { 'a.$': 1, b: [{ 'c.$': {} }] }, ''],
    ['arn:aws:states:::lambda:invoke', { FunctionName: 'f', Payload: { 'a.$': '$' } }, { 'a.$': 'text' }, ''],
    [
      DYNAMODB,
      { TableName: 't', 'Item.$': '$' },
      { id: { Q: 's' } },
      `The Parameters '{"TableName":"t","Item":{"id":{"Q":"s"}}}' could not be used to start the Task: [The field "Q" is not supported by Step Functions]`,
    ],
  ])(
    'of %s with the parameters %j of %j starts only when the service takes them',
    async (Resource, Parameters, input, fault) => {
      const run = await ScriptedRun.start(machine({ Call: task({ Resource, Parameters }) }), { input });
      expect(run.tasks).toHaveLength(fault === '' ? 1 : 0);
      if (fault !== '') {
        expect(run.execution).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
        expect(run.execution.cause).toContain(fault);
      }
    },
  );

  test('of JSONata takes data with members that end like a path’s', async () => {
    const Arguments = { FunctionName: 'f', Payload: '{% $states.input %}' };
    const call = task({ Resource: 'arn:aws:states:::lambda:invoke', Arguments, QueryLanguage: 'JSONata' });
    const run = await ScriptedRun.start(machine({ Call: call }), { input: { 'a.$': 1 } });
    expect(run.tasks).toHaveLength(1);
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

  test('that waits for no token is given none', async () => {
    const Parameters = { FunctionName: 'f', Payload: { 'token.$': '$$.Task.Token' } };
    const run = await ScriptedRun.start(
      machine({ Call: task({ Resource: 'arn:aws:states:::lambda:invoke', Parameters }) }),
    );
    expect(run.tasks).toEqual([]);
    expect(run.execution).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
    const plain = await ScriptedRun.start(machine({ Call: task({ Resource: 'arn:aws:states:::lambda:invoke' }) }));
    expect(plain.tasks).toMatchObject([{ taskId: expect.any(String) }]);
    expect(JSON.stringify(plain.execution)).not.toContain('"token"');
  });

  test('of JSONata whose arguments the service does not take is told by Arguments', async () => {
    const Arguments = { TableName: 't', Item: '{% $states.input %}' };
    const call = task({ Resource: DYNAMODB, Arguments, QueryLanguage: 'JSONata' });
    const run = await ScriptedRun.start(machine({ Call: call }), { input: { id: { Q: 's' } } });
    expect(run.execution).toMatchObject({
      status: 'FAILED',
      error: 'States.Runtime',
      cause: expect.stringContaining(`The Arguments '{"TableName":"t","Item":{"id":{"Q":"s"}}}' could not be used`),
    });
  });

  test('on an API that the engine does not know starts with whatever it is given', async () => {
    const Resource = 'arn:aws:states:::aws-sdk:nosuchservice:doIt';
    const run = await ScriptedRun.start(
      machine({ Call: task({ Resource, Parameters: { Any: { 'thing.$': '$.a' } } }) }),
      {
        input: { a: 1 },
      },
    );
    expect(run.tasks).toMatchObject([{ input: { Any: { thing: 1 } } }]);
  });

  test('is mocked only where the test case names its state, by the number of its attempts so far', async () => {
    const Retry = [{ ErrorEquals: ['States.ALL'] }];
    const states = { First: task({ Next: 'Second', Retry }), Second: task() };
    const run = await ScriptedRun.start(machine(states), { mockedStates: ['First'] });
    const mock = { stateMachine: 'machine', testCase: 'Case', state: 'First' };
    expect(run.tasks).toMatchObject([{ mock: { ...mock, attempt: 0 } }]);
    await run.fail('Boom');
    await run.passSeconds(1);
    expect(run.tasks).toMatchObject([{ mock: { ...mock, attempt: 1 } }]);
    await run.succeed();
    expect(run.tasks.map((running) => 'mock' in running)).toEqual([false]);
    const unmocked = await ScriptedRun.start(machine(states));
    expect(unmocked.tasks.map((running) => 'mock' in running)).toEqual([false]);
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

  test('beats only where it has a heartbeat, and each beat sets the time anew, in place of the old one', async () => {
    const none = await startTask({ TimeoutSeconds: 9 });
    const before = none.execution;
    await none.deliver({ type: 'TaskHeartbeat', taskId: none.tasks[0]?.taskId ?? '' });
    expect(none.execution).toEqual(before);
    expect(none.timers).toEqual([9]);
    const run = await ScriptedRun.start(
      machine({ Ask: task({ Resource: WAITING, Parameters: {}, HeartbeatSeconds: 5 }) }),
    );
    await run.passSeconds(4);
    await run.deliver({ type: 'TaskHeartbeat', taskId: run.tasks[0]?.taskId ?? '' });
    expect(run.timers).toEqual([5]);
    expect(outstandingEffects(run.execution)).toMatchObject([
      { type: 'RunTask', heartbeatSeconds: 5 },
      { type: 'SetTimer', at: run.now + 5_000 },
    ]);
  });

  test('fails with the limit that passes first, States.Timeout or States.HeartbeatTimeout', async () => {
    const members = { Resource: WAITING, Parameters: {}, TimeoutSeconds: 6, HeartbeatSeconds: 5 };
    const run = await ScriptedRun.start(machine({ Ask: task(members) }));
    await run.passSeconds(4);
    await run.deliver({ type: 'TaskHeartbeat', taskId: run.tasks[0]?.taskId ?? '' });
    await run.passSeconds(2);
    expect(run.execution).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    expect([run.tasks, run.timers]).toEqual([[], []]);
  });

  test('fails with States.HeartbeatTimeout where its timeout has time left', async () => {
    const members = { Resource: WAITING, Parameters: {}, TimeoutSeconds: 6, HeartbeatSeconds: 5 };
    const run = await ScriptedRun.start(machine({ Ask: task(members) }));
    await run.passSeconds(5);
    expect(run.execution).toMatchObject({ status: 'FAILED', error: 'States.HeartbeatTimeout' });
    expect([run.tasks, run.timers]).toEqual([[], []]);
  });

  test('times out together with those of other branches that are due as well, before the failure aborts them', async () => {
    const branch = (TimeoutSeconds: number) => machine({ [`W${TimeoutSeconds}`]: task({ TimeoutSeconds }) });
    const Branches = [branch(5), branch(4), branch(9)];
    const run = await ScriptedRun.start(machine({ All: { Type: 'Parallel', Branches, End: true } }));
    const timer = Object.values(run.execution.frames).flatMap(({ run: state }) =>
      state?.activity?.kind === 'TASK' && state.activity.timeoutSeconds === 5 ? [state.activity.timeout?.timerId] : [],
    );
    run.now += 5_000;
    await run.deliver({ type: 'TimerFired', timerId: timer[0] ?? '' });
    expect(run.types.slice(-7)).toEqual([
      'LambdaFunctionTimedOut',
      'LambdaFunctionTimedOut',
      'TaskStateAborted',
      'TaskStateAborted',
      'TaskStateAborted',
      'ParallelStateFailed',
      'ExecutionFailed',
    ]);
  });

  test('that is due when the failure of another one ends the execution is aborted, and not retried', async () => {
    const Retry = [{ ErrorEquals: ['States.Timeout'] }];
    const Branches = [machine({ A: task({ TimeoutSeconds: 5 }) }), machine({ B: task({ TimeoutSeconds: 5, Retry }) })];
    const run = await ScriptedRun.start(machine({ All: { Type: 'Parallel', Branches, End: true } }));
    await run.passSeconds(5);
    expect(run.execution).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    expect([run.tasks, run.timers]).toEqual([[], []]);
    const ends = Object.values(run.execution.frames).map(({ end }) => end?.status);
    expect(ends).toEqual(['FAILED', 'FAILED', 'ABORTED']);
  });

  test.each(['StopRequested', 'TaskSucceeded'] as const)('changes nothing with what comes after %s', async (end) => {
    const run = await startTask({ TimeoutSeconds: 9 });
    const { taskId = '' } = run.tasks[0] ?? {};
    await run.deliver(end === 'StopRequested' ? { type: end } : { type: end, taskId, output: 1 });
    const before = run.execution;
    await run.deliver({ type: 'TaskSucceeded', taskId, output: 2 });
    await run.deliver({ type: 'TaskFailed', taskId });
    await run.deliver({ type: 'StopRequested' });
    await run.deliver({ type: 'TimerFired', timerId: 'timer-2' });
    await run.deliver({ type: 'ExecutionStarted' });
    expect(run.execution).toEqual(before);
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
    const run = await startTask(
      { TimeoutSecondsPath: '$.limit' },
      {
        input: { limit: 7 },
      },
    );
    expect(run.timers).toEqual([7]);
    expect(run.tasks[0]?.timeoutSeconds).toBe(7);
  });

  test('that the shell runs again after a crash shows in the history', async () => {
    const run = await startTask();
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
