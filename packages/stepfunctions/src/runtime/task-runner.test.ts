import { describe, expect, test } from '@jest/globals';
import type { IntegrationPattern, MapTarget, TaskMock } from '../core/effect.ts';
import { type Integration, type JobEnd, type RunTask, TaskFailure } from '../integrations/integration.ts';
import type { MockedAnswer } from '../integrations/mock-configuration.ts';
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
  const { logger, errors, fields } = errorLog();
  const asked: object[] = [];
  const jobs = { endOf: () => ends[0], stop: (taskId: string) => stopped.push(taskId) };
  const owner: TaskOwner = { arn: 'arn', id: 1, deliver: (event) => delivered.push(event), jobs };
  const targets = {
    invokeFunction: called,
    integrationFor: () => (call: Parameters<Integration>[0]) => {
      asked.push(call);
      return called(undefined, undefined);
    },
    mapWork: (target: MapTarget, input: Json, cancelled: AbortSignal) => {
      asked.push({ target, input, cancelled });
      return called(target, input, cancelled);
    },
    mocked: ({ state }: TaskMock): MockedAnswer =>
      state === 'Good'
        ? { kind: 'RETURN', output: 'mocked' }
        : { kind: 'THROW', error: 'Mocked', cause: 'by the test case' },
  };
  return {
    tasks: new TaskRunner(targets, new FairQueue({ most: 1 }), logger),
    calls,
    ends,
    errors,
    fields,
    asked,
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
    const { tasks, calls, delivered, errors, fields, owner } = runner();
    tasks.run(owner, lambda('one'));
    const err = new TypeError('no such thing');
    calls[0]?.reject(err);
    await soon();
    const cause = 'The engine could not run the task: TypeError: no such thing';
    expect(delivered).toEqual([{ type: 'TaskFailed', taskId: 'one', error: 'States.TaskFailed', cause }]);
    expect(errors).toEqual(['an integration failed unexpectedly']);
    expect(fields).toEqual([{ executionArn: 'arn', err }]);
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

describe('the call of a task', () => {
  test('an integration is told which task of which execution calls it', async () => {
    const { tasks, asked, owner } = runner();
    const task = integration('one', 'states', 'REQUEST_RESPONSE');
    tasks.run(owner, task);
    tasks.run({ arn: 'express', deliver: () => undefined }, task);
    const call = { target: task.target, input: {}, cancelled: expect.any(AbortSignal) };
    expect(asked).toStrictEqual([
      { ...call, origin: { executionArn: 'arn', taskId: 'one', execution: 1 } },
      { ...call, origin: { executionArn: 'express', taskId: 'one' } },
    ]);
  });

  test.each(['states', 'sfn'])('a call of the engine itself by %s waits for no other call', (service) => {
    const { tasks, calls, owner } = runner();
    tasks.run(owner, lambda('one'));
    tasks.run(owner, integration('two', service, 'REQUEST_RESPONSE'));
    tasks.run(owner, integration('three', 'dynamodb', 'REQUEST_RESPONSE'));
    expect(calls).toHaveLength(2);
  });

  test.each(['ITEM_READER', 'RESULT_WRITER'])(
    'the work of a Map’s %s is done with its input, and answered',
    async (kind) => {
      const { tasks, calls, asked, delivered, owner } = runner();
      const task = { ...lambda('one'), target: { kind }, input: { a: 1 } } as unknown as RunTask;
      tasks.run(owner, task);
      calls[0]?.resolve(['read']);
      await soon();
      expect(asked).toEqual([{ target: { kind }, input: { a: 1 }, cancelled: expect.any(AbortSignal) }]);
      expect(delivered).toEqual([{ type: 'TaskSucceeded', taskId: 'one', output: ['read'] }]);
    },
  );

  test('a task of an express execution, which has no jobs, can be cancelled during its call', async () => {
    const { tasks, calls, delivered, owner } = runner();
    const { arn, deliver } = owner;
    tasks.run({ arn, deliver }, job('one'));
    tasks.cancel({ arn, deliver }, 'one');
    calls[0]?.resolve({ ExecutionArn: 'child' });
    await soon();
    tasks.run({ arn, deliver }, { ...job('two'), submitted: { output: {} } });
    expect(delivered).toEqual([]);
  });
});

describe('a task that a test case mocks', () => {
  const mock = (state: string): TaskMock => ({ state }) as TaskMock;
  const activity = { ...lambda('one'), target: { kind: 'ACTIVITY', activityArn: 'a' } } as RunTask;
  const token = integration('one', 'lambda', 'WAIT_FOR_TASK_TOKEN');
  const good = { type: 'TaskSucceeded', taskId: 'one', output: 'mocked' };
  const bad = { type: 'TaskFailed', taskId: 'one', error: 'Mocked', cause: 'by the test case' };
  const started = { type: 'TaskStarted', taskId: 'one' };
  const submitted = { type: 'TaskSubmitted', taskId: 'one', output: 'mocked' };

  test.each<[string, string, RunTask, readonly object[]]>([
    ['function', 'Good', lambda('one'), [good]],
    ['function', 'Bad', lambda('one'), [bad]],
    ['activity', 'Good', activity, [started, good]],
    ['activity', 'Bad', activity, [started, bad]],
    ['integration', 'Good', integration('one', 'dynamodb', 'REQUEST_RESPONSE'), [good]],
    ['token', 'Good', token, [submitted, good]],
    ['token', 'Bad', token, [bad]],
    ['token that was submitted before', 'Good', { ...token, submitted: { output: 1 } }, [good]],
  ])('a mocked %s is not called, and gets the %s answer with the events of a call', (_, state, task, events) => {
    const { tasks, calls, delivered, owner } = runner();
    tasks.run(owner, { ...task, mock: mock(state) });
    expect(delivered).toEqual(events);
    expect(calls).toEqual([]);
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
