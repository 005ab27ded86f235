import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../language/json.ts';
import { withFolder, withTestServers } from '../testing/fixtures.ts';
import { MockConfiguration } from './mock-configuration.ts';

const serve = withTestServers();
const folder = withFolder('file');

let files = 0;
function fileWith(content: unknown): string {
  files += 1;
  const file = join(folder.path, `${files}.json`);
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

const mocks = {
  StateMachines: {
    order: {
      TestCases: {
        Happy: { Charge: 'Charged', Notify: 'Sent', Approve: 'Approved' },
        Retried: { Charge: 'FlakyThenCharged', Notify: 'Sent', Approve: 'Approved' },
        Declined: { Charge: 'Declined' },
      },
    },
  },
  MockedResponses: {
    Charged: { '0': { Return: { StatusCode: 200, Payload: { id: 9 } } } },
    Sent: { '0': { Return: { MessageId: 'm-1' } } },
    Approved: { '0': { Return: { by: 'Ada' } } },
    FlakyThenCharged: {
      '0-1': { Throw: { Error: 'Flaky', Cause: 'try again' } },
      '2': { Return: { Payload: { id: 10 } } },
    },
    Declined: { '0': { Throw: { Error: 'Declined', Cause: 'no money' } } },
  },
};

const retry = [{ ErrorEquals: ['Flaky'], IntervalSeconds: 1, MaxAttempts: 3 }];
const order: JsonObject = {
  StartAt: 'Charge',
  States: {
    Charge: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke',
      Parameters: { FunctionName: 'charge' },
      Retry: retry,
      ResultPath: '$.charge',
      Next: 'Notify',
    },
    Notify: {
      Type: 'Task',
      Resource: 'arn:aws:states:::sqs:sendMessage',
      Parameters: { QueueUrl: 'q', MessageBody: { 'id.$': '$.charge.Payload.id' } },
      ResultPath: '$.message',
      Next: 'Approve',
    },
    Approve: {
      Type: 'Task',
      Resource: 'arn:aws:states:::sns:publish.waitForTaskToken',
      Parameters: { TopicArn: 't', Message: { 'token.$': '$$.Task.Token' } },
      ResultPath: '$.approval',
      End: true,
    },
  },
};

describe('an execution of a test case', () => {
  async function run(testCase: string): Promise<JsonObject> {
    const on = await serve({}, { mockConfig: fileWith(mocks), waitScale: 0.001 });
    const arn = await on.create('order', order);
    return await on.end(await on.start(`${arn}#${testCase}`));
  }

  test('gets the answers of its tasks from the mock file, of any service and pattern', async () => {
    const { status, output } = await run('Happy');
    expect(status).toBe('SUCCEEDED');
    expect(JSON.parse(String(output))).toEqual({
      charge: { StatusCode: 200, Payload: { id: 9 } },
      message: { MessageId: 'm-1' },
      approval: { by: 'Ada' },
    });
  });

  test('gets the answer of each attempt', async () => {
    const { status, output } = await run('Retried');
    expect(status).toBe('SUCCEEDED');
    expect(JSON.parse(String(output))).toMatchObject({ charge: { Payload: { id: 10 } } });
  });

  test('fails with the error that is thrown', async () => {
    expect(await run('Declined')).toMatchObject({ status: 'FAILED', error: 'Declined', cause: 'no money' });
  });

  test('runs express machines as well', async () => {
    const on = await serve({}, { mockConfig: fileWith(mocks) });
    const { Charge } = order.States as JsonObject;
    const short = { StartAt: 'Charge', States: { Charge: { ...(Charge as JsonObject), Next: undefined, End: true } } };
    const arn = await on.create('order', JSON.parse(JSON.stringify(short)) as JsonObject, { type: 'EXPRESS' });
    const { output } = await on.call('StartSyncExecution', { stateMachineArn: `${arn}#Happy` });
    expect(output).toBe('{"charge":{"StatusCode":200,"Payload":{"id":9}}}');
  });

  test('calls the targets of states that its case does not name, and of executions without a case', async () => {
    let calls = 0;
    const charge = () => ({ id: ++calls });
    const partly = {
      ...mocks,
      StateMachines: { order: { TestCases: { Partly: { Notify: 'Sent', Approve: 'Approved' } } } },
    };
    const on = await serve({ charge }, { mockConfig: fileWith(partly) });
    const arn = await on.create('order', { ...order, TimeoutSeconds: 20 });
    const { output } = await on.end(await on.start(`${arn}#Partly`, { input: '{}' }));
    expect(JSON.parse(String(output))).toMatchObject({ charge: { Payload: { id: 1 } }, approval: { by: 'Ada' } });
    expect(await on.end(await on.start(arn))).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
    expect(calls).toBe(2);
  });

  const pack = 'arn:aws:states:us-east-1:000000000000:activity:pack';
  const packing = { StartAt: 'Pack', States: { Pack: { Type: 'Task', Resource: pack, End: true } } };
  const packed = {
    StateMachines: { packing: { TestCases: { Packed: { Pack: 'Packed' }, Other: {} } } },
    MockedResponses: { Packed: { '0': { Return: 'packed' } } },
  };

  test('gets the answer of an activity’s task from the file, though the activity is deleted', async () => {
    const on = await serve({}, { mockConfig: fileWith(packed) });
    await on.call('CreateActivity', { name: 'pack' });
    const arn = await on.create('packing', packing);
    await on.call('DeleteActivity', { activityArn: pack });
    const { status, output } = await on.end(await on.start(`${arn}#Packed`));
    expect([status, output]).toEqual(['SUCCEEDED', '"packed"']);
    expect(await on.end(await on.start(`${arn}#Other`))).toMatchObject({ status: 'FAILED' });
  });

  test('hands an activity’s task that its case does not name to a worker that polls for it', async () => {
    const on = await serve({}, { mockConfig: fileWith(packed) });
    await on.call('CreateActivity', { name: 'pack' });
    const arn = await on.create('packing', packing);
    const polled = on.call('GetActivityTask', { activityArn: pack });
    await on.end(await on.start(`${arn}#Packed`));
    const executionArn = await on.start(`${arn}#Other`);
    const { taskToken } = await polled;
    await on.call('SendTaskSuccess', { taskToken: String(taskToken), output: '"by hand"' });
    expect(await on.end(executionArn)).toMatchObject({ output: '"by hand"' });
  });

  test('is refused when the file has no such case', async () => {
    const on = await serve({}, { mockConfig: fileWith(mocks) });
    const arn = await on.create('order', order);
    await expect(on.start(`${arn}#Other`)).rejects.toMatchObject({ type: 'ValidationException' });
    await expect(on.create('unknown', order)).rejects.toMatchObject({ type: 'InvalidDefinition' });
  });
});

test('an attempt without an answer fails the task with a cause that says so', () => {
  const read = MockConfiguration.read(fileWith(mocks));
  const mock = { stateMachine: 'order', testCase: 'Declined', state: 'Charge', attempt: 4 };
  expect(read.answerOf(mock)).toEqual({
    kind: 'THROW',
    error: 'States.Runtime',
    cause: "The test case 'Declined' has no response for attempt 4 of the state 'Charge'.",
  });
  expect(read.mockedStates('order', 'Declined')).toEqual(['Charge']);
});

test.each<[unknown, string]>([
  ['{', 'JSON'],
  [[], 'The file must be an object'],
  [{ StateMachines: { m: {} } }, 'StateMachines.m.TestCases must be an object'],
  [
    { StateMachines: { m: { TestCases: { T: { S: 'none' } } } } },
    'StateMachines.m.TestCases.T.S names no mocked response',
  ],
  [{ StateMachines: {}, MockedResponses: { r: { first: {} } } }, 'MockedResponses.r.first must be an attempt'],
  [{ StateMachines: {}, MockedResponses: { r: { 0: {} } } }, 'MockedResponses.r.0 must have Return or Throw'],
  [{ StateMachines: {}, MockedResponses: { r: { 0: { Throw: {} } } } }, 'MockedResponses.r.0 must have either'],
])('the mock file %j is refused with a reason', (content, reason) => {
  expect(() => MockConfiguration.read(fileWith(content))).toThrow(reason);
});
