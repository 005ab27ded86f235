import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { noMockedAnswer } from '../integrations/mock-configuration.ts';
import { parseDefinition } from '../language/definition.ts';
import type { Json, JsonObject } from '../language/json.ts';
import { startTestEngine, type TestEngine } from '../testing/test-engine.ts';
import { errorLog, SILENT_LOGGER } from '../testing/test-loggers.ts';
import { eventually } from '../testing/test-server.ts';
import { ExpressExecutions } from './express-executions.ts';
import { FairQueue } from './fair-queue.ts';
import { TaskRunner } from './task-runner.ts';

function waiting(seconds: number): JsonObject {
  return {
    StartAt: 'A',
    States: { A: { Type: 'Wait', Seconds: seconds, End: true } },
  };
}

let on: TestEngine;

beforeEach(() => {
  on = startTestEngine();
});

afterEach(() => on.engine.close());

test('an express wait of more than 24.8 days, the longest delay of setTimeout, does not end at once', async () => {
  const stateMachineArn = await on.create('express', waiting(30 * 86_400), { type: 'EXPRESS' });
  const end = on.call('StartSyncExecution', { stateMachineArn });
  const later = new Promise((done) => setTimeout(() => done('still runs'), 100));
  expect(await Promise.race([end, later])).toBe('still runs');
});

test('the 1,001st concurrent express execution is refused, because they live in memory', async () => {
  const stateMachineArn = await on.create('express', waiting(60), { type: 'EXPRESS' });
  await Promise.all(Array.from({ length: 1_000 }, () => on.call('StartExecution', { stateMachineArn })));
  for (const action of ['StartExecution', 'StartSyncExecution']) {
    await expect(on.call(action, { stateMachineArn })).rejects.toMatchObject({ type: 'ThrottlingException' });
  }
});

describe('the time of an express execution', () => {
  const sevenMinutes: JsonObject = {
    StartAt: 'A',
    States: { A: { Type: 'Wait', Seconds: 200, Next: 'B' }, B: { Type: 'Wait', Seconds: 200, End: true } },
  };
  const start = (name: string, members: JsonObject = {}): Promise<JsonObject> =>
    on
      .create(name, { ...sevenMinutes, ...members }, { type: 'EXPRESS' })
      .then((stateMachineArn) => on.call('StartSyncExecution', { stateMachineArn }));

  beforeEach(() => {
    jest.useFakeTimers();
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  test.each<[string, JsonObject, number]>([
    ['five minutes', {}, 300],
    ['five minutes, whatever longer time its machine has', { TimeoutSeconds: 900 }, 300],
    ['the shorter time that its machine has', { TimeoutSeconds: 10 }, 10],
  ])('an express execution times out after %s', async (_, members, seconds) => {
    const end = start('express', members);
    let isOver = false;
    void end.then(() => {
      isOver = true;
    });
    await jest.advanceTimersByTimeAsync(seconds * 1_000 - 1);
    expect(isOver).toBe(false);
    await jest.advanceTimersByTimeAsync(1);
    expect(await end).toMatchObject({
      status: 'TIMED_OUT',
      billingDetails: { billedDurationInMilliseconds: seconds * 1_000 },
    });
    expect(jest.getTimerCount()).toBe(0);
  });

  test('a clock that is set back prolongs neither the wait under way nor the next one', async () => {
    const wait: JsonObject = { Type: 'Wait', Seconds: 10 };
    const end = start('express', { States: { A: { ...wait, Next: 'B' }, B: { ...wait, End: true } } });
    await jest.advanceTimersByTimeAsync(5_000);
    jest.setSystemTime(Date.now() - 3_600_000);
    await jest.advanceTimersByTimeAsync(15_000);
    expect(await end).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('the timers of express executions that run end with the engine', async () => {
    await on.call('StartExecution', { stateMachineArn: await on.create('express', sevenMinutes, { type: 'EXPRESS' }) });
    await jest.advanceTimersByTimeAsync(1);
    expect(jest.getTimerCount()).toBeGreaterThan(0);
    await on.engine.close();
    expect(jest.getTimerCount()).toBe(0);
    on = startTestEngine();
  });

  test('an express execution that has ended makes room for another', async () => {
    const stateMachineArn = await on.create('express', waiting(1), { type: 'EXPRESS' });
    const ends = Array.from({ length: 1_000 }, () => on.call('StartSyncExecution', { stateMachineArn }));
    const refused = on.call('StartSyncExecution', { stateMachineArn });
    await expect(refused).rejects.toMatchObject({ type: 'ThrottlingException' });
    await jest.advanceTimersByTimeAsync(1_000);
    await Promise.all(ends);
    await on.call('StartExecution', { stateMachineArn });
  });
});

test('a task of an express execution that times out is cancelled, and its late answer changes nothing', async () => {
  const call = Promise.withResolvers<Json>();
  const cancelled: boolean[] = [];
  const targets = {
    invokeFunction: (_arn: string, _input: Json, signal: AbortSignal) => {
      signal.addEventListener('abort', () => cancelled.push(true));
      return call.promise;
    },
    integrationFor: () => () => Promise.reject(new Error('no integration')),
    mapWork: () => Promise.reject(new Error('no map')),
    mocked: noMockedAnswer,
  };
  const tasks = new TaskRunner(targets, new FairQueue({ most: 1 }), SILENT_LOGGER);
  const definition = {
    StartAt: 'T',
    States: {
      T: {
        Type: 'Task',
        Resource: 'arn:aws:lambda:us-east-1:000000000000:function:work',
        TimeoutSeconds: 1,
        Catch: [{ ErrorEquals: ['States.Timeout'], Next: 'Late' }],
        End: true,
      },
      Late: { Type: 'Wait', Seconds: 1, End: true },
    },
  };
  const express = new ExpressExecutions(tasks, SILENT_LOGGER);
  jest.useFakeTimers();
  const names = { arn: 'arn:one', name: 'one', stateMachineArn: 'arn:machine', stateMachineName: 'machine' };
  const end = express.run(
    { ...names, type: 'EXPRESS', roleArn: 'arn:role', input: '{}' },
    parseDefinition(JSON.stringify(definition)),
  );
  await jest.advanceTimersByTimeAsync(1_000);
  expect(cancelled).toEqual([true]);
  call.resolve('late');
  await jest.advanceTimersByTimeAsync(1_000);
  jest.useRealTimers();
  expect(await end).toMatchObject({ status: 'SUCCEEDED', output: '{"Error":"States.Timeout","Cause":""}' });
});

/** Express executions whose calls the test answers. */
function express() {
  const calls: PromiseWithResolvers<Json>[] = [];
  const targets = {
    invokeFunction: () => {
      const call = Promise.withResolvers<Json>();
      calls.push(call);
      return call.promise;
    },
    integrationFor: () => async () => null,
    mapWork: async () => null,
    mocked: noMockedAnswer,
  };
  const { logger, errors, fields } = errorLog();
  const executions = new ExpressExecutions(new TaskRunner(targets, new FairQueue({ most: 9 }), logger), logger);
  const names = { arn: 'arn:one', name: 'one', stateMachineArn: 'arn:machine', stateMachineName: 'machine' };
  const parameters = { ...names, type: 'EXPRESS', roleArn: 'arn:role', input: '{}' } as const;
  const run = (definition: JsonObject) => executions.run(parameters, parseDefinition(JSON.stringify(definition)));
  return { executions, parameters, run, calls, errors, fields };
}

function work(members: JsonObject): JsonObject {
  return { Type: 'Task', Resource: 'arn:aws:lambda:us-east-1:000000000000:function:work', ...members };
}

function turn(): Promise<void> {
  return new Promise((done) => setImmediate(done));
}

test('answers that come at the same time all count', async () => {
  const { run, calls } = express();
  const Branches = ['A', 'B', 'C'].map((name) => ({ StartAt: name, States: { [name]: work({ End: true }) } }));
  const end = run({ StartAt: 'All', States: { All: { Type: 'Parallel', Branches, End: true } } });
  await turn();
  for (const [index, call] of calls.entries()) {
    call.resolve(index);
  }
  expect(await end).toMatchObject({ status: 'SUCCEEDED', output: '[0,1,2]' });
});

test('an express execution that is closed goes on with nothing', async () => {
  const { executions, run, calls } = express();
  void run({ StartAt: 'A', States: { A: work({ Next: 'B' }), B: work({ End: true }) } });
  await turn();
  executions.close();
  calls[0]?.resolve(1);
  await turn();
  expect(calls).toHaveLength(1);
});

test('the timer of a task that was answered in time ends with the task', async () => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
  try {
    const { executions, run, calls } = express();
    void run({ StartAt: 'A', States: { A: work({ TimeoutSeconds: 9, Next: 'B' }), B: work({ End: true }) } });
    await turn();
    const before = jest.getTimerCount();
    calls[0]?.resolve(1);
    await turn();
    expect(calls).toHaveLength(2);
    expect(before - jest.getTimerCount()).toBe(1);
    executions.close();
  } finally {
    jest.useRealTimers();
  }
});

test('an express execution on which the core fails is logged, and its caller gets the error', async () => {
  const { executions, parameters, errors, fields } = express();
  const broken = { ...parseDefinition(JSON.stringify(waiting(1))), StartAt: 'Nowhere' };
  const run = executions.run(parameters, broken);
  await expect(run).rejects.toThrow('Nowhere');
  expect(errors).toEqual(['an express execution failed unexpectedly']);
  expect(fields).toEqual([{ executionArn: 'arn:one', err: expect.any(Error) }]);
});

test('a .sync task that starts an express execution fails instead of waiting for an end it would never get', async () => {
  const child = await on.create('express', waiting(0), { type: 'EXPRESS' });
  const resource = 'arn:aws:states:::states:startExecution.sync';
  const call: JsonObject = { Type: 'Task', Resource: resource, Parameters: { StateMachineArn: child }, End: true };
  const stateMachineArn = await on.create('caller', { StartAt: 'Call', States: { Call: call } });
  const { executionArn = '' } = await on.call('StartExecution', { stateMachineArn });
  const end = await eventually(async () => {
    const description = await on.call('DescribeExecution', { executionArn });
    return description.status === 'RUNNING' ? undefined : description;
  });
  expect(end).toMatchObject({
    status: 'FAILED',
    error: 'StepFunctions.StateMachineTypeNotSupportedException',
  });
});
