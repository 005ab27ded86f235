import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../language/json.ts';
import { withTestEngine } from '../testing/fixtures.ts';

const ACTIVITY = 'arn:aws:states:us-east-1:000000000000:activity:work';

const on = withTestEngine();

describe('the answer to a task', () => {
  async function started(more: JsonObject = {}): Promise<{ executionArn: string; taskToken: string }> {
    await on.call('CreateActivity', { name: 'work' });
    const stateMachineArn = await on.create('machine', {
      StartAt: 'A',
      States: { A: { Type: 'Task', Resource: ACTIVITY, End: true, ...more } },
    });
    const { executionArn } = await on.call('StartExecution', { stateMachineArn, input: '{"a":1}' });
    const task = await on.call('GetActivityTask', { activityArn: ACTIVITY, workerName: 'anna' });
    expect(task.input).toBe('{"a":1}');
    return { executionArn: String(executionArn), taskToken: String(task.taskToken) };
  }

  test('a failure arrives with its error and cause, or without them', async () => {
    const { executionArn, taskToken } = await started();
    await on.call('SendTaskFailure', { taskToken, error: 'Bad', cause: 'very' });
    const described = await on.call('DescribeExecution', { executionArn });
    expect(described).toMatchObject({ status: 'FAILED', error: 'Bad', cause: 'very' });
    const other = await started();
    await on.call('SendTaskFailure', { taskToken: other.taskToken });
    const plain = await on.call('DescribeExecution', { executionArn: other.executionArn });
    expect(plain.status).toBe('FAILED');
    expect(Object.keys(plain)).not.toContain('error');
    const { events } = await on.call('GetExecutionHistory', { executionArn });
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'ActivityStarted', activityStartedEventDetails: { workerName: 'anna' } }),
    );
  });

  test('an output that is no JSON is refused, and the task can still be answered', async () => {
    const { executionArn, taskToken } = await started();
    const refused: readonly [string, string][] = [
      ['', 'No content to map due to end-of-input'],
      ['{', 'Unexpected end-of-input: expected close marker for Object'],
      ['paid', "Unrecognized token 'paid': was expecting"],
    ];
    expect.assertions(refused.length + 2);
    for (const [output, complaint] of refused) {
      const answer = on.call('SendTaskSuccess', { taskToken, output });
      const message = expect.stringContaining(`Invalid Output: '${complaint}`);
      await expect(answer).rejects.toMatchObject({ type: 'InvalidOutput', message });
    }
    await on.call('SendTaskSuccess', { taskToken, output: '{"b":2}' });
    expect(await on.call('DescribeExecution', { executionArn })).toMatchObject({ output: '{"b":2}' });
  });

  test('a token that was never given is refused by all three actions', async () => {
    const actions = ['SendTaskSuccess', 'SendTaskFailure', 'SendTaskHeartbeat'];
    expect.assertions(actions.length);
    for (const action of actions) {
      const call = on.call(action, { taskToken: 'made up', output: '1' });
      await expect(call).rejects.toMatchObject({ type: 'InvalidToken' });
    }
  });

  test.each([
    ['SendTaskSuccess', 'SendTaskFailure'],
    ['SendTaskFailure', 'SendTaskSuccess'],
    ['SendTaskSuccess', 'SendTaskSuccess'],
  ])('of %s and %s for one task at once, and of any later answer, the first counts', async (first, second) => {
    const { executionArn, taskToken } = await started();
    const answered = on.call(first, { taskToken, output: '1', error: 'First' });
    const timedOut = { type: 'TaskTimedOut', message: "Task Timed Out: 'Provided task does not exist anymore'" };
    await expect(on.call(second, { taskToken, output: '2', error: 'Second' })).rejects.toMatchObject(timedOut);
    expect(await answered).toEqual({});
    await expect(on.call(second, { taskToken, output: '2' })).rejects.toMatchObject(timedOut);
    const end = first === 'SendTaskSuccess' ? { output: '1' } : { error: 'First' };
    expect(await on.call('DescribeExecution', { executionArn })).toMatchObject(end);
  });

  test('a heartbeat for a task without a heartbeat timeout is answered well', async () => {
    const { taskToken } = await started();
    expect(await on.call('SendTaskHeartbeat', { taskToken })).toEqual({});
    expect(await on.call('SendTaskSuccess', { taskToken, output: '1' })).toEqual({});
  });
});
