import { describe, expect, test } from '@jest/globals';
import type { IntegrationPattern } from '../core/effect.ts';
import { type JobEnd, type RunTask, TaskFailure } from '../integrations/integration.ts';
import { noMockedAnswer } from '../integrations/mock-configuration.ts';
import type { Json } from '../language/json.ts';
import { errorLog } from '../testing/test-loggers.ts';
import { FairQueue } from './fair-queue.ts';
import type { IncomingEvent } from './incoming-event.ts';
import { type TaskOwner, TaskRunner } from './task-runner.ts';

function soon(): Promise<void> {
  return new Promise((done) => setImmediate(done));
}

/** A runner whose calls the test ends, at most one at a time. */
function runner() {
  const calls: PromiseWithResolvers<Json>[] = [];
  const called = (_: unknown, __: unknown, cancelled?: AbortSignal): Promise<Json> => {
    const call = Promise.withResolvers<Json>();
    cancelled?.addEventListener('abort', () => call.reject(cancelled.reason));
    calls.push(call);
    return call.promise;
  };
  const stopped: string[] = [];
  const delivered: IncomingEvent[] = [];
  const ends: JobEnd[] = [];
  const { logger, errors } = errorLog();
  const jobs = { endOf: () => ends[0], stop: (taskId: string) => stopped.push(taskId) };
  const owner: TaskOwner = { arn: 'arn', id: 1, deliver: (event) => delivered.push(event), jobs };
  const targets = {
    invokeFunction: called,
    integrationFor: () => () => called(undefined, undefined),
    mapWork: () => Promise.reject(new Error('no map')),
    mocked: noMockedAnswer,
  };
  return {
    tasks: new TaskRunner(targets, new FairQueue({ most: 1 }), logger),
    calls,
    ends,
    errors,
    stopped,
    delivered,
    owner,
  };
}

function lambda(taskId: string): RunTask {
  return {
    type: 'RunTask',
    taskId,
    token: 't',
    target: { kind: 'LAMBDA_FUNCTION', functionArn: 'f' },
    input: {},
  };
}
function integration(taskId: string, service: string, pattern: IntegrationPattern): RunTask {
  const resource = `arn:aws:states:::${service}:call`;
  return { ...lambda(taskId), target: { kind: 'INTEGRATION', resource, service, action: 'call', sdk: false, pattern } };
}
function job(taskId: string): RunTask {
  return integration(taskId, 'states', 'RUN_A_JOB');
}

test('a job whose task is cancelled while it starts is stopped once it runs', async () => {
  const { tasks, calls, stopped, delivered, owner } = runner();
  tasks.run(owner, job('one'));
  tasks.cancel(owner, 'one');
  stopped.length = 0;
  calls[0]?.resolve({ ExecutionArn: 'child' });
  await soon();
  expect(stopped).toEqual(['one']);
  expect(delivered).toEqual([]);
});

test('a closed task runner starts neither queued nor later tasks', async () => {
  const { tasks, calls, delivered, owner } = runner();
  tasks.run(owner, lambda('under way'));
  tasks.run(owner, lambda('waiting'));
  tasks.close();
  await soon();
  tasks.run(owner, lambda('late'));
  tasks.run(owner, job('late job'));
  await soon();
  expect(calls).toHaveLength(1);
  expect(delivered).toEqual([]);
});

describe('a task', () => {
  test('a task’s answer is delivered, and the next task in the queue is called', async () => {
    const { tasks, calls, delivered, owner } = runner();
    tasks.run(owner, lambda('one'));
    tasks.run(owner, integration('two', 'dynamodb', 'REQUEST_RESPONSE'));
    expect(tasks.backlog).toBe(1);
    calls[0]?.resolve({ n: 1 });
    await soon();
    expect(tasks.backlog).toBe(0);
    calls[1]?.resolve({ n: 2 });
    await soon();
    expect(delivered).toEqual([
      { type: 'TaskSucceeded', taskId: 'one', output: { n: 1 } },
      { type: 'TaskSucceeded', taskId: 'two', output: { n: 2 } },
    ]);
  });

  test('a task’s own failure is delivered in its words, and is not logged as an error of the engine', async () => {
    const { tasks, calls, delivered, errors, owner } = runner();
    tasks.run(owner, lambda('one'));
    calls[0]?.reject(new TaskFailure('Refused', 'too young'));
    await soon();
    expect(delivered).toEqual([{ type: 'TaskFailed', taskId: 'one', error: 'Refused', cause: 'too young' }]);
    expect(errors).toEqual([]);
  });

  test('an unexpected failure fails the task with States.TaskFailed, and is logged', async () => {
    const { tasks, calls, delivered, errors, owner } = runner();
    tasks.run(owner, lambda('one'));
    calls[0]?.reject(new TypeError('no such thing'));
    await soon();
    const cause = expect.stringContaining('no such thing');
    expect(delivered).toEqual([{ type: 'TaskFailed', taskId: 'one', error: 'States.TaskFailed', cause }]);
    expect(errors).toHaveLength(1);
  });

  test('a task that is cancelled in the queue is not called', async () => {
    const { tasks, calls, stopped, delivered, owner } = runner();
    tasks.run(owner, lambda('one'));
    tasks.run(owner, lambda('two'));
    tasks.cancel(owner, 'two');
    calls[0]?.resolve(1);
    await soon();
    expect(calls).toHaveLength(1);
    expect(delivered).toEqual([{ type: 'TaskSucceeded', taskId: 'one', output: 1 }]);
    expect(stopped).toEqual(['two']);
  });

  test.each(['answer', 'failure'])('a task that is cancelled while it is called has its %s ignored', async (late) => {
    const { tasks, calls, delivered, errors, owner } = runner();
    tasks.run(owner, lambda('one'));
    tasks.run({ ...owner, arn: 'another' }, integration('one', 'states', 'REQUEST_RESPONSE'));
    tasks.cancel(owner, 'one');
    const [own, others] = calls;
    if (late === 'answer') {
      own?.resolve('late');
    } else {
      own?.reject(new Error('late'));
    }
    others?.resolve('in time');
    await soon();
    expect(delivered).toEqual([{ type: 'TaskSucceeded', taskId: 'one', output: 'in time' }]);
    expect(errors).toEqual([]);
  });

  test('an activity’s task is called by nobody', async () => {
    const { tasks, calls, delivered, owner } = runner();
    tasks.run(owner, { ...lambda('one'), target: { kind: 'ACTIVITY', activityArn: 'a' } });
    await soon();
    expect([calls, delivered]).toEqual([[], []]);
  });
});

describe('a task that goes on after its call', () => {
  test.each<IntegrationPattern>(['RUN_A_JOB', 'RUN_A_JOB_V2'])(
    'a %s task is submitted, and is answered by the end of its job, which may come first',
    async (pattern) => {
      const { tasks, calls, ends, delivered, owner } = runner();
      tasks.run(owner, integration('one', 'states', pattern));
      const end: JobEnd = { status: 'SUCCEEDED', output: 'done' };
      tasks.jobEnded(owner, 'one', end);
      ends.push(end);
      calls[0]?.resolve({ ExecutionArn: 'child' });
      await soon();
      expect(delivered).toEqual([
        { type: 'TaskSubmitted', taskId: 'one', output: { ExecutionArn: 'child' } },
        { type: 'TaskSucceeded', taskId: 'one', output: 'done' },
      ]);
    },
  );

  test('the end of a job that outlives the call is delivered when it comes, a failure with its cause', async () => {
    const { tasks, calls, delivered, owner } = runner();
    tasks.run(owner, job('one'));
    calls[0]?.resolve({ ExecutionArn: 'child' });
    await soon();
    expect(delivered.splice(0)).toHaveLength(1);
    tasks.jobEnded(owner, 'one', { status: 'FAILED', error: 'Bad', cause: 'very' });
    expect(delivered).toEqual([{ type: 'TaskFailed', taskId: 'one', error: 'Bad', cause: 'very' }]);
  });

  test('a call that fails is told as TaskSubmitFailed', async () => {
    const { tasks, calls, delivered, owner } = runner();
    tasks.run(owner, job('one'));
    calls[0]?.reject(new TaskFailure('Refused', 'no'));
    await soon();
    expect(delivered).toEqual([{ type: 'TaskSubmitFailed', taskId: 'one', error: 'Refused', cause: 'no' }]);
    tasks.jobEnded(owner, 'one', { status: 'SUCCEEDED', output: 1 });
    expect(delivered).toHaveLength(2);
  });

  test('a job that was submitted before a restart is not called again, and its end is looked for', async () => {
    const { tasks, calls, ends, delivered, owner } = runner();
    tasks.run(owner, { ...job('running'), submitted: { output: {} } });
    ends.push({ status: 'SUCCEEDED', output: 'done' });
    tasks.run(owner, { ...job('ended'), submitted: { output: {} } });
    await soon();
    expect(calls).toEqual([]);
    expect(delivered).toEqual([{ type: 'TaskSucceeded', taskId: 'ended', output: 'done' }]);
  });

  test('a task that waits for its token is submitted, and no job of it is looked for', async () => {
    const { tasks, calls, ends, delivered, owner } = runner();
    ends.push({ status: 'SUCCEEDED', output: 'of another' });
    tasks.run(owner, integration('one', 'lambda', 'WAIT_FOR_TASK_TOKEN'));
    calls[0]?.resolve(null);
    await soon();
    expect(delivered).toEqual([{ type: 'TaskSubmitted', taskId: 'one', output: null }]);
  });

  test('a call that a close aborts leaves its job running for the next process', async () => {
    const { tasks, calls, stopped, delivered, owner } = runner();
    tasks.run(owner, job('one'));
    const [call] = calls;
    call?.resolve({ ExecutionArn: 'child' });
    tasks.close();
    await soon();
    expect([stopped, delivered]).toEqual([[], []]);
  });
});
