import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { startTestEngine, type TestEngine } from '../testing/test-engine.ts';

let on: TestEngine;

beforeEach(() => {
  on = startTestEngine();
});

afterEach(() => on.engine.close());

test('workers get the tasks of an activity that come after a hundred unfinished ones', async () => {
  const { activityArn = '' } = await on.call('CreateActivity', { name: 'work' });
  const stateMachineArn = await on.create('machine', {
    StartAt: 'A',
    States: { A: { Type: 'Task', Resource: activityArn, End: true } },
  });
  const starts = 130;
  await Promise.all(Array.from({ length: starts }, () => on.call('StartExecution', { stateMachineArn })));
  const tokens = new Set<unknown>();
  for (let polls = 0; polls < starts; polls += 1) {
    tokens.add((await on.call('GetActivityTask', { activityArn })).taskToken);
  }
  expect(tokens.size).toBe(starts);
});
