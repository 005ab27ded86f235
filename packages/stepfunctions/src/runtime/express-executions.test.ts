import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { JsonObject } from '../language/json.ts';
import { startTestEngine, type TestEngine } from '../testing/test-engine.ts';
import { eventually } from '../testing/test-server.ts';

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
  end.catch(() => undefined);
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
