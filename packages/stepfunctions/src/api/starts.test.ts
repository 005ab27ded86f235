import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { ParentTask } from '../journal/execution-store.ts';
import type { JsonObject } from '../language/json.ts';
import { withFolder, withTestEngine } from '../testing/fixtures.ts';
import { startTestEngine, type TestEngine } from '../testing/test-engine.ts';
import { eventually } from '../testing/test-server.ts';

const WAIT = { StartAt: 'A', States: { A: { Type: 'Wait', Seconds: 60, End: true } } };
const ECHO = { StartAt: 'A', States: { A: { Type: 'Pass', End: true } } };
const NEVER_ABORTED = new AbortController().signal;
const PARENT = { execution: 7, taskId: 'task', waits: false };

const on = withTestEngine();
const folder = withFolder('file');

/** A start by a task of an execution. */
async function startFrom(parent: ParentTask, body: JsonObject): Promise<JsonObject> {
  return await on.engine.dispatch('StartExecution', body, { gone: () => NEVER_ABORTED, isTask: true, parent });
}

describe('a start that a task repeats', () => {
  test('a task that starts its execution again gets the first answer, though the execution has ended', async () => {
    const stateMachineArn = await on.create('machine', WAIT);
    const first = await startFrom(PARENT, { stateMachineArn, name: 'one', input: '1' });
    await on.call('StopExecution', { executionArn: first.executionArn ?? '' });
    expect(await startFrom(PARENT, { stateMachineArn, name: 'one', input: '2' })).toEqual(first);
  });

  test.each<[string, ParentTask]>([
    ['another task', { ...PARENT, taskId: 'other' }],
    ['a task of another execution', { ...PARENT, execution: 8 }],
  ])('%s does not start the execution of a task again', async (_, parent) => {
    const stateMachineArn = await on.create('machine', WAIT);
    const body = { stateMachineArn, name: 'one', input: '1' };
    const first = await startFrom(PARENT, body);
    expect(await startFrom(parent, body)).toEqual(first);
    const exists = {
      type: 'ExecutionAlreadyExists',
      message: `Execution Already Exists: '${first.executionArn}'`,
    };
    await expect(startFrom(parent, { ...body, input: '2' })).rejects.toMatchObject(exists);
    await on.call('StopExecution', { executionArn: first.executionArn ?? '' });
    await expect(startFrom(parent, body)).rejects.toMatchObject(exists);
  });

  test('a task does not take the execution of a client for its own', async () => {
    const stateMachineArn = await on.create('machine', WAIT);
    const { executionArn = '' } = await on.call('StartExecution', { stateMachineArn, name: 'one' });
    await on.call('StopExecution', { executionArn });
    const start = startFrom(PARENT, { stateMachineArn, name: 'one' });
    await expect(start).rejects.toMatchObject({ type: 'ExecutionAlreadyExists' });
  });
});

describe('a start of an express execution', () => {
  test('a task cannot wait for the end of an express execution', async () => {
    const stateMachineArn = await on.create('express', ECHO, { type: 'EXPRESS' });
    await expect(startFrom({ ...PARENT, waits: true }, { stateMachineArn })).rejects.toMatchObject({
      type: 'StateMachineTypeNotSupported',
      message: 'The end of an express execution cannot be waited for with .sync',
    });
    expect(await startFrom(PARENT, { stateMachineArn, name: 'one' })).toEqual({
      executionArn: expect.stringMatching(/:express:express:one:[-0-9a-f]{36}$/),
      startDate: expect.any(Number),
    });
  });

  test('the 1,001st express execution at once is refused, of callers that wait for it and of others', async () => {
    const stateMachineArn = await on.create('express', WAIT, { type: 'EXPRESS' });
    for (let started = 0; started < 1_000; started += 1) {
      await on.call('StartExecution', { stateMachineArn });
    }
    const throttled = { type: 'ThrottlingException', message: 'Rate exceeded' };
    await expect(on.call('StartExecution', { stateMachineArn })).rejects.toMatchObject(throttled);
    await expect(on.call('StartSyncExecution', { stateMachineArn })).rejects.toMatchObject(throttled);
  });
});

describe('a start of a test case of the mock file', () => {
  const CALL = {
    StartAt: 'Send',
    States: {
      Send: {
        Type: 'Task',
        Resource: 'arn:aws:states:::sqs:sendMessage',
        Parameters: { QueueUrl: 'q', MessageBody: 'm' },
        End: true,
      },
    },
  };

  async function withMocks(use: (mocked: TestEngine) => Promise<void>): Promise<void> {
    const mockConfig = join(folder.path, 'mocks.json');
    const mocks = {
      StateMachines: { orders: { TestCases: { Sent: { Send: 'Answer' } } } },
      MockedResponses: { Answer: { 0: { Return: { MessageId: 'mocked' } } } },
    };
    writeFileSync(mockConfig, JSON.stringify(mocks));
    const mocked = startTestEngine({ mockConfig });
    try {
      await use(mocked);
    } finally {
      await mocked.engine.close();
    }
  }

  async function endOf(mocked: TestEngine, body: JsonObject): Promise<JsonObject> {
    const { executionArn = '' } = await mocked.call('StartExecution', body);
    return eventually(async () => {
      const description = await mocked.call('DescribeExecution', { executionArn });
      return description.status === 'RUNNING' ? undefined : description;
    });
  }

  test('a test case answers the tasks of standard and of express executions', async () => {
    await withMocks(async (mocked) => {
      const stateMachineArn = await mocked.create('orders', CALL);
      const end = await endOf(mocked, { stateMachineArn: `${stateMachineArn}#Sent` });
      expect(end).toMatchObject({ output: '{"MessageId":"mocked"}', stateMachineArn });
    });
    await withMocks(async (mocked) => {
      const stateMachineArn = await mocked.create('orders', CALL, { type: 'EXPRESS' });
      const started = { stateMachineArn: `${stateMachineArn}#Sent` };
      expect(await mocked.call('StartSyncExecution', started)).toMatchObject({ output: '{"MessageId":"mocked"}' });
    });
  });

  test('a test case that the mock file does not have is refused by its name', async () => {
    await withMocks(async (mocked) => {
      const stateMachineArn = await mocked.create('orders', CALL);
      const actions = ['StartExecution', 'StartSyncExecution'];
      expect.assertions(actions.length + 2);
      for (const action of actions) {
        const start = mocked.call(action, { stateMachineArn: `${stateMachineArn}#Lost` });
        await expect(start).rejects.toMatchObject({
          type: 'ValidationException',
          message: "The mock configuration has no test case 'Lost' for the state machine 'orders'.",
        });
      }
      await expect(mocked.call('StartExecution', { stateMachineArn: '#Sent' })).rejects.toMatchObject({
        type: 'InvalidArn',
        message: "Invalid Arn: 'Invalid ARN prefix: '",
      });
      expect(await endOf(mocked, { stateMachineArn })).toMatchObject({ status: 'FAILED', stateMachineArn });
    });
  });

  test('a state machine that the mock file does not name calls no service that is not there', async () => {
    const message = expect.stringContaining('UNSUPPORTED_SERVICE_INTEGRATION');
    const refused = { type: 'InvalidDefinition', message };
    await expect(on.create('orders', CALL)).rejects.toMatchObject(refused);
    await withMocks(async (mocked) => {
      await expect(mocked.create('other', CALL)).rejects.toMatchObject(refused);
    });
  });
});
