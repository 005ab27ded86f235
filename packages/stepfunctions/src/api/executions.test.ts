import { afterEach, describe, expect, jest, test } from '@jest/globals';
import type { JsonObject } from '../language/json.ts';
import { withTestEngine } from '../testing/fixtures.ts';
import { startTestEngine } from '../testing/test-engine.ts';
import { eventually } from '../testing/test-server.ts';

const WAIT = { StartAt: 'A', States: { A: { Type: 'Wait', Seconds: 60, End: true } } };
const ECHO = { StartAt: 'A', States: { A: { Type: 'Pass', End: true } } };
const FAIL = { StartAt: 'A', States: { A: { Type: 'Fail', Error: 'Bad', Cause: 'very' } } };

const on = withTestEngine();

afterEach(() => {
  jest.restoreAllMocks();
});

function described(executionArn: string, more: JsonObject = {}): Promise<JsonObject> {
  return on.call('DescribeExecution', { executionArn, ...more });
}

async function start(stateMachineArn: string, more: JsonObject = {}): Promise<string> {
  return String((await on.call('StartExecution', { stateMachineArn, ...more })).executionArn);
}

async function ended(executionArn: string): Promise<JsonObject> {
  return eventually(async () => {
    const description = await described(executionArn);
    return description.status === 'RUNNING' ? undefined : description;
  });
}

describe('StartExecution', () => {
  test('an execution without name and input gets a name of its own and an empty object', async () => {
    const machine = await on.create('machine', ECHO);
    const arns = [await start(machine), await start(machine)];
    expect(new Set(arns).size).toBe(2);
    expect(await ended(arns[0] ?? '')).toMatchObject({ input: '{}', output: '{}', name: arns[0]?.split(':').at(-1) });
  });

  test('a repeated start of a running execution answers the first one’s date; other input or an end refuse it', async () => {
    const machine = await on.create('machine', WAIT);
    const body = { stateMachineArn: machine, name: 'one', input: '{"a":1}', traceHeader: 'Root=1' };
    const first = await on.call('StartExecution', body);
    expect(await on.call('StartExecution', body)).toEqual(first);
    const exists = { type: 'ExecutionAlreadyExists' };
    await expect(on.call('StartExecution', { ...body, input: '{"a": 1}' })).rejects.toMatchObject(exists);
    expect(await described(String(first.executionArn))).toMatchObject({ traceHeader: 'Root=1', input: '{"a":1}' });
    await on.call('StopExecution', { executionArn: first.executionArn ?? '' });
    await expect(on.call('StartExecution', body)).rejects.toMatchObject(exists);
  });

  test.each([
    ['a space', 'a b'],
    ['an angle bracket', 'a<b'],
    ['a brace', 'a}b'],
    ['a slash', 'a/b'],
    ['a colon', 'a:b'],
    ['a quotation mark', 'a"b'],
    ['a control character', 'a\u0085b'],
    ['a dollar', 'a$b'],
  ])('an execution’s name with %s is refused', async (_, name) => {
    const machine = await on.create('machine', WAIT);
    await expect(start(machine, { name })).rejects.toMatchObject({ type: 'InvalidName' });
    const express = await on.create('express', ECHO, { type: 'EXPRESS' });
    const sync = on.call('StartSyncExecution', { stateMachineArn: express, name });
    await expect(sync).rejects.toMatchObject({ type: 'InvalidName' });
  });

  test('a name may have 80 characters of all of Unicode, and an input 262,144', async () => {
    const machine = await on.create('machine', ECHO);
    const input = JSON.stringify('x'.repeat(262_142));
    expect(await ended(await start(machine, { name: 'ä-_.é'.repeat(16), input }))).toMatchObject({ output: input });
    const invalid = { type: 'ValidationException' };
    await expect(start(machine, { name: 'a'.repeat(81) })).rejects.toMatchObject(invalid);
    await expect(start(machine, { input: `${input} ` })).rejects.toMatchObject(invalid);
    await expect(start(machine, { input: '{' })).rejects.toMatchObject({ type: 'InvalidExecutionInput' });
  });

  test('a task’s call is served while callers are throttled, because its work was accepted before', async () => {
    const busy = startTestEngine({ maxConcurrentInvokes: 1, maxQueuedExecutions: 1 });
    const Resource = 'arn:aws:lambda:us-east-1:000000000000:function:none';
    const task = await busy.create('task', { StartAt: 'T', States: { T: { Type: 'Task', Resource, End: true } } });
    const express = await busy.create('express', ECHO, { type: 'EXPRESS' });
    const Start = {
      Type: 'Task',
      Resource: 'arn:aws:states:::states:startExecution',
      Parameters: { StateMachineArn: express },
      End: true,
    };
    const wait = { Type: 'Wait', Seconds: 1, Next: 'Start' };
    const caller = await busy.create('caller', { StartAt: 'W', States: { W: wait, Start } });
    const { executionArn = '' } = await busy.call('StartExecution', { stateMachineArn: caller });
    await busy.call('StartExecution', { stateMachineArn: task });
    await busy.call('StartExecution', { stateMachineArn: task });
    const throttled = { type: 'ThrottlingException' };
    await expect(busy.call('StartExecution', { stateMachineArn: task })).rejects.toMatchObject(throttled);
    await expect(busy.call('StartSyncExecution', { stateMachineArn: express })).rejects.toMatchObject(throttled);
    const end = await eventually(async () => {
      const description = await busy.call('DescribeExecution', { executionArn });
      return description.status === 'RUNNING' ? undefined : description;
    });
    expect(end).toMatchObject({ status: 'SUCCEEDED' });
    await busy.engine.close();
  });
});

describe('DescribeExecution', () => {
  test('metadata alone leaves out input, output, error and cause', async () => {
    const done = await start(await on.create('echo', ECHO), { input: '{"a":1}' });
    const whole = await ended(done);
    expect(whole).toMatchObject({
      status: 'SUCCEEDED',
      input: '{"a":1}',
      inputDetails: { included: true },
      output: '{"a":1}',
      outputDetails: { included: true },
      redriveStatus: 'NOT_REDRIVABLE',
      redriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven',
      redriveCount: 0,
      startDate: expect.any(Number),
      stopDate: expect.any(Number),
    });
    const { input: _, output: __, ...rest } = whole;
    const included = { inputDetails: { included: false }, outputDetails: { included: false } };
    expect(await described(done, { includedData: 'METADATA_ONLY' })).toEqual({ ...rest, ...included });
    const failed = await start(await on.create('fail', FAIL));
    expect(await ended(failed)).toMatchObject({ error: 'Bad', cause: 'very', redriveStatus: 'REDRIVABLE' });
    const short = await described(failed, { includedData: 'METADATA_ONLY' });
    expect(Object.keys(short)).not.toContain('error');
    expect(Object.keys(short)).not.toContain('cause');
    expect(Object.keys(short)).not.toContain('outputDetails');
  });

  test('an execution that runs has no end, and cannot be redriven', async () => {
    const running = await described(await start(await on.create('machine', WAIT)));
    expect(running).toMatchObject({
      status: 'RUNNING',
      redriveStatus: 'NOT_REDRIVABLE',
      redriveStatusReason: 'Execution is RUNNING and cannot be redriven',
    });
    for (const member of ['stopDate', 'output', 'outputDetails', 'error', 'cause', 'redriveDate', 'mapRunArn']) {
      expect(running).not.toHaveProperty(member);
    }
    expect.assertions(8);
  });
});

describe('StopExecution', () => {
  test('a second stop answers when the execution ended, and changes nothing', async () => {
    const executionArn = await start(await on.create('machine', WAIT));
    const first = await on.call('StopExecution', { executionArn, error: 'Enough', cause: 'for today' });
    const after = await described(executionArn);
    expect(after).toMatchObject({ status: 'ABORTED', error: 'Enough', cause: 'for today', stopDate: first.stopDate });
    expect(await on.call('StopExecution', { executionArn, error: 'Again' })).toEqual(first);
    expect(await described(executionArn)).toEqual(after);
    const plain = await start(await on.create('other', { ...WAIT, Comment: 'other' }));
    await on.call('StopExecution', { executionArn: plain });
    expect(await described(plain)).not.toHaveProperty('error');
  });

  test('a second stop a minute later still answers when the execution ended', async () => {
    const executionArn = await start(await on.create('machine', WAIT));
    const first = await on.call('StopExecution', { executionArn });
    const later = Date.now() + 60_000;
    jest.spyOn(Date, 'now').mockReturnValue(later);
    expect(await on.call('StopExecution', { executionArn })).toEqual(first);
  });
});

describe('StartSyncExecution', () => {
  test('an end is answered whole, or as metadata alone, and is billed in steps of 100 ms', async () => {
    const stateMachineArn = await on.create('express', FAIL, { type: 'EXPRESS' });
    const call = (more: JsonObject): Promise<JsonObject> => on.call('StartSyncExecution', { stateMachineArn, ...more });
    const whole = await call({ input: '{"a":1}', name: 'one', traceHeader: 'Root=1' });
    expect(whole).toEqual({
      executionArn: expect.stringMatching(/:express:express:one:[-0-9a-f]{36}$/),
      stateMachineArn,
      name: 'one',
      status: 'FAILED',
      error: 'Bad',
      cause: 'very',
      input: '{"a":1}',
      inputDetails: { included: true },
      outputDetails: { included: true },
      startDate: expect.any(Number),
      stopDate: expect.any(Number),
      billingDetails: { billedMemoryUsedInMB: 64, billedDurationInMilliseconds: expect.any(Number) },
      traceHeader: 'Root=1',
    });
    expect(Number((whole.billingDetails as JsonObject).billedDurationInMilliseconds) % 100).toBe(0);
    const short = await call({ includedData: 'METADATA_ONLY' });
    const included = { inputDetails: { included: false }, outputDetails: { included: false } };
    expect(short).toMatchObject({ status: 'FAILED', ...included });
    for (const member of ['input', 'error', 'cause', 'output', 'traceHeader']) {
      expect(short).not.toHaveProperty(member);
    }
    expect.assertions(8);
  });

  test('a standard machine is refused, and input that is no JSON', async () => {
    const standard = await on.create('standard', ECHO);
    await expect(on.call('StartSyncExecution', { stateMachineArn: standard })).rejects.toMatchObject({
      type: 'StateMachineTypeNotSupported',
    });
    const stateMachineArn = await on.create('express', ECHO, { type: 'EXPRESS' });
    await expect(on.call('StartSyncExecution', { stateMachineArn, input: '[' })).rejects.toMatchObject({
      type: 'InvalidExecutionInput',
    });
    expect(await on.call('StartSyncExecution', { stateMachineArn })).toMatchObject({ input: '{}', output: '{}' });
  });

  test('a wait of a second is billed as one, and no time at all as the smallest step', async () => {
    jest.useFakeTimers();
    const Nap = { Type: 'Wait', SecondsPath: '$.s', Next: 'End' };
    const definition = { StartAt: 'Nap', States: { Nap, End: ECHO.States.A } };
    const stateMachineArn = await on.create('nap', definition, { type: 'EXPRESS' });
    const end = on.call('StartSyncExecution', { stateMachineArn, input: '{"s":1}' });
    await jest.advanceTimersByTimeAsync(1_000);
    expect(await end).toMatchObject({ billingDetails: { billedDurationInMilliseconds: 1_000 } });
    const short = await on.call('StartSyncExecution', { stateMachineArn, input: '{"s":0}' });
    expect(short).toMatchObject({ billingDetails: { billedDurationInMilliseconds: 100 } });
    jest.useRealTimers();
  });
});

describe('GetExecutionHistory', () => {
  test('without execution data, events keep what is no payload, and tasks and expressions their other details', async () => {
    const echo = await on.create('echo', ECHO);
    const Resource = 'arn:aws:states:::states:startExecution';
    const Call = { Type: 'Task', Resource, Parameters: { StateMachineArn: echo }, Next: 'Choose' };
    const Choose = { Type: 'Pass', QueryLanguage: 'JSONata', Output: '{% $none.x ~> $sum() + "a" %}', End: true };
    const executionArn = await start(await on.create('machine', { StartAt: 'Call', States: { Call, Choose } }));
    await ended(executionArn);
    const events = async (includeExecutionData: boolean): Promise<readonly JsonObject[]> =>
      (await on.call('GetExecutionHistory', { executionArn, includeExecutionData })).events as readonly JsonObject[];
    const [whole, short] = [await events(true), await events(false)];
    const bare = (event: JsonObject): JsonObject =>
      Object.fromEntries(Object.entries(event).filter(([name]) => !name.endsWith('Details')));
    expect(short.map(bare)).toEqual(whole.map(bare));
    const details = (of: readonly JsonObject[], type: string, member: string): unknown =>
      of.find((event) => event.type === type)?.[member];
    expect(details(whole, 'TaskScheduled', 'taskScheduledEventDetails')).toHaveProperty('parameters');
    expect(details(short, 'TaskScheduled', 'taskScheduledEventDetails')).toEqual({
      region: 'us-east-1',
      resource: 'startExecution',
      resourceType: 'states',
    });
    expect(details(whole, 'EvaluationFailed', 'evaluationFailedEventDetails')).toHaveProperty('location');
    expect(details(short, 'EvaluationFailed', 'evaluationFailedEventDetails')).toEqual({ state: 'Choose' });
  });

  test('without execution data, a history has no payloads, errors or variables, and says that they are left out', async () => {
    const Assigning = { Type: 'Pass', Assign: { x: 1 }, Next: 'Stop' };
    const Stop = { Type: 'Fail', Error: 'Bad', Cause: 'very' };
    const executionArn = await start(await on.create('machine', { StartAt: 'Set', States: { Set: Assigning, Stop } }));
    await ended(executionArn);
    const whole = await on.call('GetExecutionHistory', { executionArn, includeExecutionData: true });
    expect(await on.call('GetExecutionHistory', { executionArn })).toEqual(whole);
    const { events } = await on.call('GetExecutionHistory', { executionArn, includeExecutionData: false });
    const details = (events as readonly JsonObject[]).map(
      (event) => Object.entries(event).find(([name]) => name.endsWith('Details'))?.[1],
    );
    expect(details).toEqual([
      { inputDetails: { truncated: true }, roleArn: 'arn:aws:iam::000000000000:role/test' },
      { name: 'Set', inputDetails: { truncated: true } },
      { name: 'Set', outputDetails: { truncated: true }, assignedVariablesDetails: { truncated: true } },
      { name: 'Stop', inputDetails: { truncated: true } },
      {},
    ]);
    expect((whole.events as readonly JsonObject[])[2]).toMatchObject({
      timestamp: expect.any(Number),
      stateExitedEventDetails: { output: '{}', assignedVariables: { x: '1' }, outputDetails: { truncated: false } },
    });
    const { startDate } = await described(executionArn);
    expect((whole.events as readonly JsonObject[])[0]).toMatchObject({ timestamp: startDate });
  });
});
