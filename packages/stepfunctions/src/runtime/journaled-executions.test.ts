import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Execution } from '../core/execution.ts';
import { noMockedAnswer } from '../integrations/mock-configuration.ts';
import type { ParentTask } from '../journal/execution-store.ts';
import { Journal } from '../journal/journal.ts';
import type { Json, JsonObject } from '../language/json.ts';
import { type ErrorLog, errorLog } from '../testing/test-loggers.ts';
import { eventually } from '../testing/test-server.ts';
import { DefinitionCache } from './definition-cache.ts';
import { FairQueue } from './fair-queue.ts';
import { JournaledExecutions } from './journaled-executions.ts';
import { TaskRunner } from './task-runner.ts';

const FUNCTION = 'arn:aws:lambda:us-east-1:000000000000:function:work';
const TASK: JsonObject = { StartAt: 'T', States: { T: { Type: 'Task', Resource: FUNCTION, End: true } } };

let journal: Journal;
let log: ErrorLog;
let ended: Execution[];
let calls: PromiseWithResolvers<Json>[];
let executions: JournaledExecutions;

function shell(): JournaledExecutions {
  const targets = {
    invokeFunction: () => {
      const call = Promise.withResolvers<Json>();
      calls.push(call);
      return call.promise;
    },
    integrationFor: () => () => new Promise<Json>(() => {}),
    mapWork: () => Promise.reject(new Error('no map')),
    mocked: noMockedAnswer,
  };
  const tasks = new TaskRunner(targets, new FairQueue({ most: 8 }), log.logger);
  const made = new JournaledExecutions(journal, new DefinitionCache(), tasks, log.logger);
  made.events.on('ended', (execution) => ended.push(execution));
  return made;
}

beforeEach(() => {
  journal = new Journal(':memory:', 'process');
  ended = [];
  calls = [];
  log = errorLog();
  executions = shell();
});

afterEach(() => {
  executions.close();
  return journal.close();
});

async function start(definition: JsonObject, name = 'one', parent?: ParentTask): Promise<number> {
  const machine =
    journal.stateMachines.find('arn:machine') ??
    journal.stateMachines.create(
      { arn: 'arn:machine', name: 'machine', type: 'STANDARD', createdAt: 1 },
      {
        revisionId: undefined,
        definition: JSON.stringify(definition),
        roleArn: 'arn:role',
        logging: '{}',
        tracing: '{}',
        encryption: '{}',
      },
    );
  await executions.start(
    {
      arn: `arn:aws:states:us-east-1:000000000000:execution:machine:${name}`,
      name,
      stateMachineArn: machine.arn,
      stateMachineName: machine.name,
      type: 'STANDARD',
      roleArn: 'arn:role',
      input: '{}',
    },
    { stateMachine: machine.id, revision: machine.revision, ...(parent && { parent }) },
  );
  return journal.executions.lastId();
}

function writable(isWritable: boolean): void {
  journal.database.statement(`PRAGMA query_only = ${isWritable ? 'OFF' : 'ON'}`).run();
}

describe('the durable shell', () => {
  test('a task runs only after the change that led to it is committed', async () => {
    writable(false);
    await expect(start(TASK)).rejects.toThrow();
    expect(calls).toHaveLength(0);
    expect(executions.state(1)).toBeUndefined();
    writable(true);
    await start(TASK);
    expect(calls).toHaveLength(1);
    expect(journal.states.withTasksOut()).toHaveLength(1);
  });

  test('a task’s outcome is delivered again until it is committed, also after a second failure', async () => {
    await start(TASK);
    writable(false);
    calls[0]?.resolve('answer');
    await eventually(() => log.errors.filter((message) => message === 'a commit failed').length === 2 || undefined);
    expect(ended).toEqual([]);
    writable(true);
    const execution = await eventually(() => ended[0]);
    expect(execution).toMatchObject({ status: 'SUCCEEDED', output: '"answer"' });
  });

  test('of two answers to a task only the first changes the execution', async () => {
    const id = await start(TASK);
    const taskId = Object.values(executions.state(id)?.frames ?? {})
      .map(({ run }) => (run?.activity?.kind === 'TASK' ? run.activity.taskId : undefined))
      .find((found) => found !== undefined);
    const answer = { type: 'TaskSucceeded', taskId: taskId ?? '', output: 1 } as const;
    expect(await Promise.all([executions.deliver(id, answer), executions.deliver(id, answer)])).toEqual([true, false]);
    expect(await executions.deliver(id, answer)).toBe(false);
    expect(await executions.deliver(id + 1, answer)).toBe(false);
  });

  test('recovery resumes from the last commit: it calls interrupted tasks again and fires overdue timers', async () => {
    const wait: JsonObject = { Type: 'Wait', Timestamp: new Date(Date.now() + 50).toISOString(), Next: 'T' };
    await start({ StartAt: 'W', States: { W: wait, T: { Type: 'Task', Resource: FUNCTION, End: true } } });
    executions.close();
    await new Promise((done) => setTimeout(done, 60));
    executions = shell();
    await executions.recover();
    await eventually(() => calls[0]);
    executions.close();
    executions = shell();
    await executions.recover();
    (await eventually(() => calls[1])).resolve('second call');
    expect(await eventually(() => ended[0])).toMatchObject({ status: 'SUCCEEDED', output: '"second call"' });
    expect(calls).toHaveLength(2);
  });

  test('the clock is set back while an execution waits: this wait and the next one take no longer', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
    try {
      executions.close();
      executions = shell();
      const wait = (next: JsonObject): JsonObject => ({ Type: 'Wait', Seconds: 12, ...next });
      await start({ StartAt: 'W', States: { W: wait({ Next: 'X' }), X: wait({ End: true }) } });
      await jest.advanceTimersByTimeAsync(5_000);
      jest.setSystemTime(Date.now() - 3_600_000);
      for (let second = 0; second < 18; second += 1) {
        await jest.advanceTimersByTimeAsync(1_000);
        await new Promise((done) => setImmediate(done));
      }
      expect(ended).toEqual([]);
      await jest.advanceTimersByTimeAsync(1_000);
      await new Promise((done) => setImmediate(done));
      expect(ended).toMatchObject([{ status: 'SUCCEEDED' }]);
    } finally {
      jest.useRealTimers();
    }
  });

  test('recovery notes in the history that a call is made again, but not for a job that was submitted before', async () => {
    const resource = 'arn:aws:states:::states:startExecution.sync';
    const job: JsonObject = { Type: 'Task', Resource: resource, Parameters: { StateMachineArn: 'a' }, End: true };
    const branches = ['submitted', 'interrupted'].map((name) => ({ StartAt: name, States: { [name]: job } }));
    const id = await start({
      StartAt: 'P',
      States: { P: { Type: 'Parallel', Branches: branches, End: true } },
    });
    const [submitted, interrupted] = Object.values(executions.state(id)?.frames ?? {}).flatMap(({ run }) =>
      run?.activity?.kind === 'TASK' ? [run.activity.taskId] : [],
    );
    await executions.deliver(id, { type: 'TaskSubmitted', taskId: submitted ?? '', output: { ExecutionArn: 'none' } });
    const before = journal.history.lastId(id);
    executions.close();
    executions = shell();
    await executions.recover();
    const noted = journal.history.forwards(id, before + 1, 10);
    expect(noted.map(({ type }) => type)).toEqual(['TaskStarted']);
    const run = Object.values(executions.state(id)?.frames ?? {}).find(
      ({ run }) => run?.activity?.kind === 'TASK' && run.activity.taskId === interrupted,
    );
    expect(run?.lastEventId).toBe(noted[0]?.id);
  });

  test('the client token of a redrive that changes nothing is not stored with what else changes', async () => {
    const id = await start({
      StartAt: 'T',
      States: { T: { Type: 'Task', Resource: FUNCTION, HeartbeatSeconds: 60, End: true } },
    });
    const heartbeat = executions.deliver(id, { type: 'TaskHeartbeat', taskId: 'task-1' });
    const redriven = executions.redrive(id, 'token');
    const stopped = executions.deliver(id, { type: 'StopRequested' });
    expect(await Promise.all([heartbeat, redriven, stopped])).toEqual([true, false, true]);
    expect(journal.executions.findById(id)).toMatchObject({ status: 'ABORTED', redriveToken: undefined });
    expect(await executions.redrive(id, 'token')).toBe(true);
    expect(journal.executions.findById(id)).toMatchObject({ status: 'RUNNING', redriveToken: 'token' });
  });

  test('a close commits what was stepped through before it, so that the next process finds it', async () => {
    const id = await start(TASK);
    const answered = executions.deliver(id, { type: 'TaskSucceeded', taskId: 'task-1', output: 1 });
    // The step takes microtasks alone; the commit would come with the next turn of the event loop.
    for (let turns = 0; turns < 100; turns += 1) {
      await Promise.resolve();
    }
    expect(journal.executions.findById(id)).toMatchObject({ status: 'RUNNING' });
    executions.close();
    expect(journal.executions.findById(id)).toMatchObject({ status: 'SUCCEEDED', output: '1' });
    expect(await answered).toBe(true);
  });

  test('an execution is not evicted while it processes an event, and is afterwards', async () => {
    const id = await start(TASK);
    const restarted = executions.deliver(id, { type: 'TaskRestarted', taskId: 'task-1' });
    expect(executions.forget(id)).toBe(false);
    await restarted;
    expect(executions.forget(id)).toBe(true);
  });

  test('the end of an execution that a task started without waiting is not its answer', async () => {
    const Resource = 'arn:aws:states:::states:startExecution';
    const Start: JsonObject = { Type: 'Task', Resource, Parameters: { StateMachineArn: 'a' }, End: true };
    const parent = await start({ StartAt: 'T', States: { T: Start } });
    const child = await start({}, 'child', { execution: parent, taskId: 'task-1', waits: false });
    executions.close();
    executions = shell();
    await executions.deliver(child, { type: 'StopRequested' });
    expect(ended).toMatchObject([{ name: 'child' }]);
    // The parent processes its events in order: an answer by the child's end would come before the call's own.
    await executions.deliver(parent, { type: 'TaskSucceeded', taskId: 'task-1', output: 'started' });
    expect(ended[1]).toMatchObject({ name: 'one', status: 'SUCCEEDED', output: '"started"' });
  });

  test('an execution whose state cannot be read is logged and does not keep others from recovery', async () => {
    const unreadable = await start(TASK, 'unreadable');
    await start(TASK, 'sound');
    await start(TASK, 'later');
    executions.close();
    journal.states.update(unreadable, '{"cut off', { dueAt: undefined, tasksOut: 1 });
    executions = shell();
    await executions.recover();
    expect(calls).toHaveLength(5);
    expect(log.errors).toContain('an execution could not be recovered');
  });

  test('interrupted tasks that could not be restarted on a full disk are called once it has room', async () => {
    await start(TASK);
    executions.close();
    executions = shell();
    writable(false);
    await executions.recover();
    expect(calls).toHaveLength(1);
    writable(true);
    await eventually(() => calls[1]);
    await new Promise((done) => setTimeout(done, 300));
    expect(calls).toHaveLength(2);
  });

  test('timers fire even if an interrupted task cannot be restarted', async () => {
    const wait: JsonObject = { Type: 'Wait', Seconds: 1, End: true };
    const task: JsonObject = { Type: 'Task', Resource: FUNCTION, End: true };
    const branches = [
      { StartAt: 'T', States: { T: task } },
      { StartAt: 'W', States: { W: wait } },
    ];
    const unreadable = await start({
      StartAt: 'P',
      States: { P: { Type: 'Parallel', Branches: branches, End: true } },
    });
    const waiting = await start({}, 'waiting');
    executions.close();
    journal.states.update(unreadable, '{"cut off', { dueAt: undefined, tasksOut: 1 });
    executions = shell();
    await executions.recover();
    await eventually(
      () =>
        Object.values(executions.state(waiting)?.frames ?? {}).some(({ end }) => end?.status === 'SUCCEEDED') ||
        undefined,
    );
  });

  test('recovery stops the job of a .sync task that was cancelled just before the last process ended', async () => {
    const resource = 'arn:aws:states:::states:startExecution.sync';
    const task: JsonObject = { Type: 'Task', Resource: resource, Parameters: { StateMachineArn: 'a' }, End: true };
    const parent = await start({ StartAt: 'T', States: { T: task } });
    await start({}, 'orphan', { execution: parent, taskId: 'given up', waits: true });
    await start({}, 'left', { execution: parent, taskId: 'given up', waits: false });
    await start({}, 'awaited', { execution: parent, taskId: 'task-1', waits: true });
    executions.close();
    executions = shell();
    await executions.recover();
    expect(await eventually(() => ended[0])).toMatchObject({ status: 'ABORTED', name: 'orphan' });
    expect(ended).toHaveLength(1);
  });

  test('a task that is scheduled and cancelled in one batch of events is not called', async () => {
    const task: JsonObject = { Type: 'Task', Resource: FUNCTION, End: true };
    const id = await start({ StartAt: 'A', States: { A: { Type: 'Task', Resource: FUNCTION, Next: 'B' }, B: task } });
    const heartbeat = executions.deliver(id, { type: 'TaskHeartbeat', taskId: 'task-1' });
    const answer = executions.deliver(id, { type: 'TaskSucceeded', taskId: 'task-1', output: 1 });
    const stop = executions.deliver(id, { type: 'StopRequested' });
    await Promise.all([heartbeat, answer, stop]);
    expect(ended[0]).toMatchObject({ status: 'ABORTED' });
    expect(calls).toHaveLength(1);
  });

  test('the token of a failed call is closed, so that a late callback gets TaskTimedOut', async () => {
    const resource = 'arn:aws:states:::lambda:invoke.waitForTaskToken';
    const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'W' }];
    const task: JsonObject = { Type: 'Task', Resource: resource, Parameters: { FunctionName: 'f' }, Catch, End: true };
    const wait: JsonObject = { Type: 'Wait', Seconds: 60, End: true };
    const id = await start({ StartAt: 'T', States: { T: task, W: wait } });
    const [activity] = Object.values(executions.state(id)?.frames ?? {}).map(({ run }) => run?.activity);
    const token = (activity?.kind === 'TASK' ? activity.token : undefined) ?? '';
    expect(journal.tokens.find(token)).toMatchObject({ status: 'OPEN' });
    await executions.deliver(id, { type: 'TaskSubmitFailed', taskId: 'task-1', error: 'Bad', cause: '' });
    expect(journal.tokens.find(token)).toMatchObject({ status: 'CLOSED' });
  });

  test('a task that starts during recovery is not taken for an interrupted one', async () => {
    const old = await start(TASK, 'old');
    executions.close();
    executions = shell();
    const recovery = executions.recover();
    const started = start(TASK, 'new');
    await Promise.all([recovery, started]);
    // Once before the restart, once again for the old one, once for the new one.
    expect(calls).toHaveLength(3);
    expect(executions.state(old)).toMatchObject({ status: 'RUNNING' });
  });

  test('an interrupted task that timed out meanwhile is not called again', async () => {
    await start({ StartAt: 'T', States: { T: { Type: 'Task', Resource: FUNCTION, TimeoutSeconds: 1, End: true } } });
    executions.close();
    await new Promise((done) => setTimeout(done, 1_010));
    executions = shell();
    await executions.recover();
    expect(await eventually(() => ended[0])).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    expect(calls).toHaveLength(1);
  });

  test('the steps of an execution do not read its activities from the journal again and again', async () => {
    const arn = 'arn:aws:states:us-east-1:000000000000:activity:pack';
    journal.activities.create({ arn, name: 'pack', createdAt: 1 });
    const find = jest.spyOn(journal.activities, 'find');
    const work = { Type: 'Task', Resource: FUNCTION };
    const pack = { Type: 'Task', Resource: arn, End: true };
    await start({ StartAt: 'A', States: { A: { ...work, Next: 'B' }, B: { ...work, Next: 'P' }, P: pack } });
    const scheduled = once(executions.events, 'activityScheduled');
    calls[0]?.resolve(null);
    (await eventually(() => calls[1])).resolve(null);
    await scheduled;
    expect(find.mock.calls.length).toBeLessThanOrEqual(1);
    journal.activities.delete(arn);
    expect(journal.activities.exists(arn)).toBe(false);
  });

  test('an execution that only waits takes no memory: the journal keeps its due time', async () => {
    const id = await start({ StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 86_400, End: true } } });
    expect(journal.states.withTasksOut()).toEqual([]);
    expect(journal.states.nextDue()).toBeGreaterThan(Date.now() + 86_000_000);
    expect(journal.states.due(Date.now(), 10)).toEqual([]);
    expect(executions.forget(id)).toBe(true);
    expect(executions.state(id)).toMatchObject({ status: 'RUNNING' });
  });
});
