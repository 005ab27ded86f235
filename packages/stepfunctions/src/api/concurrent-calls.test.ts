import { expect, test } from '@jest/globals';
import type { JsonObject } from '../language/json.ts';
import { withTestEngine } from '../testing/fixtures.ts';
import { eventually } from '../testing/test-server.ts';

const WAIT: JsonObject = { StartAt: 'A', States: { A: { Type: 'Wait', Seconds: 60, End: true } } };
const FAIL: JsonObject = { StartAt: 'A', States: { A: { Type: 'Fail', Error: 'Bad' } } };

const on = withTestEngine();

test('concurrent starts of the same execution start it once and answer alike', async () => {
  const stateMachineArn = await on.create('machine', WAIT);
  const start = { stateMachineArn, name: 'one' };
  const [first, ...others] = await Promise.all([1, 2, 3].map(() => on.call('StartExecution', start)));
  expect(others).toEqual([first, first]);
  const other = on.call('StartExecution', { ...start, input: '{"other":1}' });
  await expect(other).rejects.toMatchObject({ type: 'ExecutionAlreadyExists' });
});

test('of concurrent starts with one name and different inputs one succeeds and the others are refused', async () => {
  const stateMachineArn = await on.create('machine', WAIT);
  const outcomes = await Promise.allSettled(
    [1, 2, 3].map((input) => on.call('StartExecution', { stateMachineArn, name: 'one', input: String(input) })),
  );
  const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  expect(refused).toEqual([
    expect.objectContaining({ type: 'ExecutionAlreadyExists' }),
    expect.objectContaining({ type: 'ExecutionAlreadyExists' }),
  ]);
});

test('concurrent redrives with one client token redrive once and answer alike, later ones too', async () => {
  const stateMachineArn = await on.create('machine', FAIL);
  const { executionArn } = await on.call('StartExecution', { stateMachineArn });
  const description = (): Promise<JsonObject> => on.call('DescribeExecution', { executionArn: executionArn ?? '' });
  const redrive = { executionArn: executionArn ?? '', clientToken: 'token' };
  const answers = await Promise.all([1, 2, 3].map(() => on.call('RedriveExecution', redrive)));
  expect(new Set(answers.map(({ redriveDate }) => redriveDate)).size).toBe(1);
  await eventually(async () => (await description()).status === 'FAILED' || undefined);
  expect(await on.call('RedriveExecution', redrive)).toEqual(answers[0]);
  expect(await description()).toMatchObject({ redriveCount: 1 });
});

test('of concurrent redrives with different client tokens one succeeds and the others are refused', async () => {
  const stateMachineArn = await on.create('machine', {
    StartAt: 'A',
    States: { A: { Type: 'Wait', Seconds: 60, End: true } },
  });
  const { executionArn = '' } = await on.call('StartExecution', { stateMachineArn });
  await on.call('StopExecution', { executionArn });
  const outcomes = await Promise.allSettled(
    ['a', 'b'].map((clientToken) => on.call('RedriveExecution', { executionArn, clientToken })),
  );
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
});

test('a heartbeat that arrives with the answer to its task, or with the end of its execution, gets TaskTimedOut', async () => {
  const { activityArn = '' } = await on.call('CreateActivity', { name: 'work' });
  const stateMachineArn = await on.create('machine', {
    StartAt: 'A',
    States: { A: { Type: 'Task', Resource: activityArn, HeartbeatSeconds: 60, End: true } },
  });
  const started = async (): Promise<JsonObject> => {
    const { executionArn = '' } = await on.call('StartExecution', { stateMachineArn });
    const { taskToken = '' } = await on.call('GetActivityTask', { activityArn });
    return { executionArn, taskToken };
  };
  const ends = [
    ({ taskToken = '' }) => on.call('SendTaskSuccess', { taskToken, output: '1' }),
    ({ taskToken = '' }) => on.call('SendTaskFailure', { taskToken }),
    ({ executionArn = '' }) => on.call('StopExecution', { executionArn }),
  ] satisfies ((task: JsonObject) => Promise<JsonObject>)[];
  expect.assertions(ends.length);
  for (const end of ends) {
    const task = await started();
    const ended = end(task);
    const heartbeat = on.call('SendTaskHeartbeat', { taskToken: task.taskToken ?? '' });
    await expect(heartbeat).rejects.toMatchObject({ type: 'TaskTimedOut' });
    await ended;
  }
});
