import { expect, test } from '@jest/globals';
import { FUNCTION, machine, ScriptedRun, task } from '../core/testing/scripted-run.ts';
import type { JsonObject } from '../language/json.ts';
import { dueTimersOf, engineTasksOf, wakeUpOf } from './outstanding-work.ts';

const TOKEN = 'arn:aws:states:::lambda:invoke.waitForTaskToken';
const JOB = 'arn:aws:states:::states:startExecution.sync';
const ACTIVITY = 'arn:aws:states:us-east-1:000000000000:activity:pack';

function branches(...states: readonly object[]): JsonObject {
  const Branches = states.map((state, index) => machine({ [`S${index}`]: { ...state } }));
  return machine({ All: { Type: 'Parallel', Branches, End: true } });
}

function parallel(...states: readonly object[]): Promise<ScriptedRun> {
  return ScriptedRun.start(branches(...states));
}

function wait(Seconds: number): object {
  return { Type: 'Wait', Seconds, End: true };
}

test('an execution is woken up by its earliest timer, whichever state has it', async () => {
  const run = await parallel(wait(7), wait(5), wait(6));
  expect(wakeUpOf(run.execution)).toEqual({ dueAt: run.now + 5_000, tasksOut: 0 });
  expect(dueTimersOf(run.execution, run.now + 4_999)).toHaveLength(0);
  expect(dueTimersOf(run.execution, run.now + 5_000)).toHaveLength(1);
  expect(dueTimersOf(run.execution, run.now + 7_000)).toHaveLength(3);
});

test('after a restart the engine runs what it calls itself, not what a worker or a token answers', async () => {
  const run = await parallel(
    task({ Resource: FUNCTION }),
    task({ Resource: ACTIVITY }),
    task({ Resource: TOKEN, Parameters: {} }),
    task({ Resource: JOB, Parameters: {} }),
  );
  const [lambda, , token, job] = run.tasks.map(({ taskId }) => taskId);
  const tasks = (): readonly string[] => engineTasksOf(run.execution).map(({ taskId }) => taskId);
  expect(tasks()).toEqual([lambda, token, job]);
  for (const taskId of [token ?? '', job ?? '']) {
    await run.deliver({ type: 'TaskSubmitted', taskId, output: {} });
  }
  expect(tasks()).toEqual([lambda, job]);
  expect(wakeUpOf(run.execution)).toEqual({ dueAt: undefined, tasksOut: 2 });
  await run.deliver({ type: 'StopRequested' });
  expect(wakeUpOf(run.execution)).toEqual({ dueAt: undefined, tasksOut: 0 });
  expect(engineTasksOf(undefined)).toEqual([]);
});

test('after a restart the engine answers what a test case mocks, also an activity’s and a token’s task', async () => {
  const definition = branches(
    task({ Resource: ACTIVITY }),
    task({ Resource: ACTIVITY }),
    task({ Resource: TOKEN, Parameters: {} }),
  );
  const run = await ScriptedRun.start(definition, { mockedStates: ['S1', 'S2'] });
  const [, activity, token] = run.tasks.map(({ taskId }) => taskId);
  await run.deliver({ type: 'TaskSubmitted', taskId: token ?? '', output: {} });
  expect(engineTasksOf(run.execution).map(({ taskId }) => taskId)).toEqual([activity, token]);
  expect(wakeUpOf(run.execution)).toEqual({ dueAt: undefined, tasksOut: 2 });
});
