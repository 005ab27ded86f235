import { describe, expect, test } from '@jest/globals';
import { parseTaskTarget } from '../core/task-target.ts';
import { Engine } from '../engine.ts';
import type { ParentTask } from '../journal/execution-store.ts';
import type { Json, JsonObject } from '../language/json.ts';
import { settingsOf } from '../options.ts';
import { withTestServers } from '../testing/fixtures.ts';
import { eventually, type TestServer } from '../testing/test-server.ts';
import type { IntegrationTarget } from './integration.ts';
import { StepFunctions } from './step-functions.ts';

const serve = withTestServers();

function calling(resource: string, parameters: JsonObject): JsonObject {
  return {
    StartAt: 'Call',
    States: { Call: { Type: 'Task', Resource: `arn:aws:states:::${resource}`, Parameters: parameters, End: true } },
  };
}
const ECHO: JsonObject = { StartAt: 'Echo', States: { Echo: { Type: 'Pass', End: true } } };
const FAIL: JsonObject = { StartAt: 'Fail', States: { Fail: { Type: 'Fail', Error: 'Bad', Cause: 'very' } } };
function outputOf({ output }: JsonObject): JsonObject {
  return JSON.parse(String(output)) as JsonObject;
}

async function run(on: TestServer, resource: string, parameters: JsonObject): Promise<JsonObject> {
  return on.end(await on.start(await on.create('caller', calling(resource, parameters))));
}

describe('states:startExecution', () => {
  test('startExecution answers at once with the new execution', async () => {
    const server = await serve();
    const child = await server.create('child', ECHO);
    const end = await run(server, 'states:startExecution', { StateMachineArn: child, Name: 'named', Input: { a: 1 } });
    const executionArn = child.replace('stateMachine', 'execution').concat(':named');
    expect(outputOf(end)).toMatchObject({ ExecutionArn: executionArn, SdkHttpMetadata: { HttpStatusCode: 200 } });
    expect(await server.end(executionArn)).toMatchObject({ input: '{"a":1}' });
  });

  test.each([
    ['.sync', '{"a":1}'],
    ['.sync:2', { a: 1 }],
  ])('startExecution with %s answers with the end of the new execution', async (suffix, payload) => {
    const server = await serve();
    const child = await server.create('child', ECHO);
    const end = await run(server, `states:startExecution${suffix}`, { StateMachineArn: child, Input: { a: 1 } });
    expect(outputOf(end)).toMatchObject({ Status: 'SUCCEEDED', Input: payload, Output: payload });
  });

  test('startExecution.sync fails when the new execution fails, and the cause describes it', async () => {
    const server = await serve();
    const child = await server.create('child', FAIL);
    const end = await run(server, 'states:startExecution.sync', { StateMachineArn: child });
    expect(end).toMatchObject({ status: 'FAILED', error: 'States.TaskFailed' });
    expect(JSON.parse(String(end.cause))).toMatchObject({ Status: 'FAILED', Error: 'Bad', Cause: 'very', Input: '{}' });
  });

  test('startExecution.sync stops its job when its own execution is stopped', async () => {
    const server = await serve();
    const wait: JsonObject = { StartAt: 'Wait', States: { Wait: { Type: 'Wait', Seconds: 60, End: true } } };
    const child = await server.create('child', wait);
    const caller = calling('states:startExecution.sync', { StateMachineArn: child, Name: 'waiting' });
    const executionArn = await server.start(await server.create('caller', caller));
    await server.call('StopExecution', { executionArn });
    expect(await server.end(child.replace('stateMachine', 'execution').concat(':waiting'))).toMatchObject({
      status: 'ABORTED',
    });
  });

  test('startExecution of a missing state machine fails with the service’s exception', async () => {
    const server = await serve();
    const missing = 'arn:aws:states:us-east-1:000000000000:stateMachine:missing';
    expect(await run(server, 'states:startExecution', { StateMachineArn: missing })).toMatchObject({
      error: 'StepFunctions.StateMachineDoesNotExistException',
      cause: expect.stringContaining("State Machine Does Not Exist: '"),
    });
  });
});

test('aws-sdk:sfn calls any action and spells members and dates like AWS’s SDK', async () => {
  const server = await serve();
  const child = await server.create('child', ECHO);
  const described = await run(server, 'aws-sdk:sfn:describeStateMachine', { StateMachineArn: child });
  expect(outputOf(described)).toMatchObject({
    StateMachineArn: child,
    Status: 'ACTIVE',
    CreationDate: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
  });
});

describe('tasks that a crash interrupts between their call and its answer', () => {
  /** Runs the caller's task a second time, as a restart does when the first answer was not committed. */
  const twice = async (resource: string, parameters: JsonObject): Promise<readonly unknown[]> => {
    const engine = new Engine(settingsOf({ dataDir: ':memory:', lambdaEndpoint: 'http://127.0.0.1:1' }));
    const call = (action: string, body: JsonObject, parent?: ParentTask): Promise<JsonObject> =>
      Promise.resolve(
        engine.dispatch(action, body, { gone: () => new AbortController().signal, ...(parent && { parent }) }),
      );
    try {
      const roleArn = 'arn:aws:iam::000000000000:role/test';
      const definition = JSON.stringify(ECHO);
      const { stateMachineArn } = await call('CreateStateMachine', { name: 'child', roleArn, definition });
      const own = new StepFunctions(call);
      const [service = '', action = ''] = resource.split(/:(?=[^:]*$)/);
      const target = parseTaskTarget(`arn:aws:states:::${service}:${action}`) as IntegrationTarget;
      const origin = { executionArn: 'arn:parent', taskId: 'task-1', execution: 77 };
      const attempt = (): Promise<Json> =>
        (target.sdk ? own.sdk : own.optimized)({
          target,
          input: { StateMachineArn: stateMachineArn ?? null, ...parameters },
          origin,
          cancelled: new AbortController().signal,
        });
      const first = (await attempt()) as JsonObject;
      const second = (await attempt()) as JsonObject;
      const { executions } = await call('ListExecutions', { stateMachineArn: stateMachineArn ?? null });
      expect(executions).toHaveLength(1);
      return [first.ExecutionArn, second.ExecutionArn];
    } finally {
      await engine.close();
    }
  };

  test.each([
    ['states:startExecution', {}],
    ['states:startExecution', { Name: 'named' }],
    ['states:startExecution.waitForTaskToken', {}],
    ['states:startExecution.sync', {}],
    ['aws-sdk:sfn:startExecution', {}],
    ['aws-sdk:sfn:startExecution', { Name: 'named' }],
  ])(
    'an interrupted task %s %j finds the execution it started, even if that has ended',
    async (resource, parameters) => {
      const [first, second] = await twice(resource, parameters);
      expect(second).toBe(first);
    },
  );
});

test('an execution that was started without .sync runs on when its parent is stopped, and does not answer the task', async () => {
  const server = await serve();
  const wait: JsonObject = { StartAt: 'Wait', States: { Wait: { Type: 'Wait', Seconds: 1, End: true } } };
  const child = await server.create('child', wait);
  const start = { Type: 'Task', Resource: 'arn:aws:states:::states:startExecution', Next: 'Hold' };
  const caller: JsonObject = {
    StartAt: 'Call',
    States: {
      Call: { ...start, Parameters: { StateMachineArn: child, Name: 'left' } },
      Hold: { Type: 'Wait', Seconds: 60, End: true },
    },
  };
  const executionArn = await server.start(await server.create('caller', caller));
  const left = child.replace('stateMachine', 'execution').concat(':left');
  await eventually(() => server.call('DescribeExecution', { executionArn: left }).catch(() => undefined));
  await server.call('StopExecution', { executionArn });
  expect(await server.end(left)).toMatchObject({ status: 'SUCCEEDED' });
});
