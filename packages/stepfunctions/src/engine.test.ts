import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { JsonObject } from './language/json.ts';
import { startTestEngine, type TestEngine } from './testing/test-engine.ts';

let on: TestEngine;

beforeEach(() => {
  // Only the sweep's pause: the engine itself runs on real time.
  jest.useFakeTimers({
    doNotFake: ['Date', 'setImmediate', 'clearImmediate', 'nextTick', 'queueMicrotask', 'performance', 'hrtime'],
  });
  on = startTestEngine({ retention: { finishedCount: 1 } });
});

afterEach(async () => {
  jest.useRealTimers();
  await on.engine.close();
});

function activityTask(activityArn: string): JsonObject {
  return { StartAt: 'A', States: { A: { Type: 'Task', Resource: activityArn, End: true } } };
}

async function statusOf(executionArn: string): Promise<unknown> {
  const described = on.call('DescribeExecution', { executionArn }).then(({ status }) => status);
  return described.catch(({ type }: { type: string }) => type);
}

test('retention counts executions as they end and are redriven: none is dropped while only one has ended', async () => {
  await on.engine.recover();
  const { activityArn = '' } = await on.call('CreateActivity', { name: 'work' });
  const stateMachineArn = await on.create('machine', activityTask(String(activityArn)));
  const start = async (): Promise<string> =>
    String((await on.call('StartExecution', { stateMachineArn })).executionArn);
  const stop = (executionArn: string): Promise<JsonObject> => on.call('StopExecution', { executionArn });
  const [redriven, ended] = [await start(), await start()];
  await stop(redriven);
  await on.call('RedriveExecution', { executionArn: redriven });
  await stop(ended);
  jest.advanceTimersByTime(60_000);
  expect([await statusOf(redriven), await statusOf(ended)]).toEqual(['RUNNING', 'ABORTED']);
  await stop(redriven);
  jest.advanceTimersByTime(60_000);
  expect([await statusOf(redriven), await statusOf(ended)]).toEqual(['ABORTED', 'ExecutionDoesNotExist']);
});
