import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../language/json.ts';
import type { HistoryEvent } from './history-event.ts';
import { FUNCTION, type ScriptedRun, startTask } from './testing/scripted-run.ts';

const ACTIVITY = 'arn:aws:states:us-east-1:000000000000:activity:pack';
const SDK = 'arn:aws:states:::aws-sdk:dynamodb:getItem';
const TOKEN = 'arn:aws:states:::lambda:invoke.waitForTaskToken';
const WHOLE = { truncated: false };

/** What the history says of a task after its state was entered: types and details, each event following the one before it. */
function told(run: ScriptedRun): readonly JsonObject[] {
  const events = run.history.slice(2).filter(({ type }) => !/^(?:Execution|TaskState)/.test(type));
  const follows = ({ id, previousEventId }: HistoryEvent, index: number): boolean =>
    previousEventId === (events[index - 1]?.id ?? 2) && id > previousEventId;
  expect(events.filter((event, index) => !follows(event, index))).toEqual([]);
  return events.map(({ id, previousEventId, timestamp, ...rest }) => JSON.parse(JSON.stringify(rest)) as JsonObject);
}

function started(members: JsonObject): Promise<ScriptedRun> {
  return startTask(members, { input: { a: 1 } });
}

function taskIdOf(run: ScriptedRun): string {
  return run.tasks[0]?.taskId ?? '';
}

describe('The history', () => {
  test('of a Lambda function’s task names the function, its input, its limit and its result', async () => {
    const run = await started({ TimeoutSeconds: 9 });
    await run.succeed({ b: 2 });
    expect(told(run)).toEqual([
      {
        type: 'LambdaFunctionScheduled',
        lambdaFunctionScheduledEventDetails: {
          resource: FUNCTION,
          input: '{"a":1}',
          inputDetails: WHOLE,
          timeoutInSeconds: 9,
        },
      },
      { type: 'LambdaFunctionStarted' },
      {
        type: 'LambdaFunctionSucceeded',
        lambdaFunctionSucceededEventDetails: { output: '{"b":2}', outputDetails: WHOLE },
      },
    ]);
  });

  test('of an activity’s task has its heartbeat and, once a worker took it, the worker', async () => {
    const run = await started({ Resource: ACTIVITY, HeartbeatSeconds: 5 });
    await run.deliver({ type: 'TaskStarted', taskId: taskIdOf(run), workerName: 'anna' });
    await run.deliver({ type: 'TaskStarted', taskId: taskIdOf(run), workerName: 'bert' });
    await run.succeed(7);
    expect(told(run)).toEqual([
      {
        type: 'ActivityScheduled',
        activityScheduledEventDetails: {
          resource: ACTIVITY,
          input: '{"a":1}',
          inputDetails: WHOLE,
          heartbeatInSeconds: 5,
        },
      },
      { type: 'ActivityStarted', activityStartedEventDetails: { workerName: 'anna' } },
      { type: 'ActivitySucceeded', activitySucceededEventDetails: { output: '7', outputDetails: WHOLE } },
    ]);
  });

  test('of a worker without a name leaves the name out', async () => {
    const run = await started({ Resource: ACTIVITY });
    await run.deliver({ type: 'TaskStarted', taskId: taskIdOf(run) });
    expect(told(run)[1]).toEqual({ type: 'ActivityStarted', activityStartedEventDetails: {} });
  });

  test('of an integration names its service and region, and what its call answered', async () => {
    const members = { Resource: TOKEN, Parameters: { FunctionName: 'f' }, TimeoutSeconds: 9, HeartbeatSeconds: 5 };
    const run = await started(members);
    await run.deliver({ type: 'TaskSubmitted', taskId: taskIdOf(run), output: { StatusCode: 200 } });
    await run.deliver({ type: 'TaskSubmitted', taskId: taskIdOf(run), output: { StatusCode: 500 } });
    await run.succeed('paid');
    const names = { resource: 'invoke.waitForTaskToken', resourceType: 'lambda' };
    expect(told(run)).toEqual([
      {
        type: 'TaskScheduled',
        taskScheduledEventDetails: {
          ...names,
          region: 'us-east-1',
          parameters: '{"FunctionName":"f"}',
          timeoutInSeconds: 9,
          heartbeatInSeconds: 5,
        },
      },
      { type: 'TaskStarted', taskStartedEventDetails: names },
      {
        type: 'TaskSubmitted',
        taskSubmittedEventDetails: { ...names, output: '{"StatusCode":200}', outputDetails: WHOLE },
      },
      { type: 'TaskSucceeded', taskSucceededEventDetails: { ...names, output: '"paid"', outputDetails: WHOLE } },
    ]);
  });

  test.each<[string, string, JsonObject]>([
    ['LambdaFunction', FUNCTION, {}],
    ['Activity', ACTIVITY, {}],
    ['Task', SDK, { resource: 'getItem', resourceType: 'aws-sdk:dynamodb' }],
  ])('of a %s task tells its failure, and that it timed out', async (prefix, Resource, names) => {
    const member = (type: string): string => `${type[0]?.toLowerCase()}${type.slice(1)}EventDetails`;
    const failed = await started({ Resource, Parameters: {} });
    await failed.fail('Boom', 'why');
    const type = `${prefix}Failed`;
    expect(told(failed).at(-1)).toEqual({ type, [member(type)]: { ...names, error: 'Boom', cause: 'why' } });
    const late = await started({ Resource, Parameters: {}, TimeoutSeconds: 9 });
    await late.passSeconds(9);
    const timedOut = `${prefix}TimedOut`;
    expect(told(late).at(-1)).toEqual({ type: timedOut, [member(timedOut)]: { ...names, error: 'States.Timeout' } });
  });

  test('of a call that failed tells it apart from the failure of its task', async () => {
    const run = await started({ Resource: TOKEN, Parameters: {} });
    await run.deliver({ type: 'TaskSubmitFailed', taskId: taskIdOf(run), error: 'Bad', cause: 'call' });
    const names = { resource: 'invoke.waitForTaskToken', resourceType: 'lambda' };
    expect(told(run).at(-1)).toEqual({
      type: 'TaskSubmitFailed',
      taskSubmitFailedEventDetails: { ...names, error: 'Bad', cause: 'call' },
    });
    expect(run.execution).toMatchObject({ status: 'FAILED', error: 'Bad', cause: 'call' });
  });

  test('of a task that runs again after a crash tells its second start', async () => {
    const run = await started({ Resource: SDK, Parameters: {} });
    await run.deliver({ type: 'TaskRestarted', taskId: taskIdOf(run) });
    const details = { resource: 'getItem', resourceType: 'aws-sdk:dynamodb' };
    expect(told(run).slice(1)).toEqual([
      { type: 'TaskStarted', taskStartedEventDetails: details },
      { type: 'TaskStarted', taskStartedEventDetails: details },
    ]);
  });
});
