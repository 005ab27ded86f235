import { once } from 'node:events';
import { describe, expect, jest, test } from '@jest/globals';
import type { JsonObject } from '../language/json.ts';
import { FUNCTION, TASK, withDurableShell } from '../testing/durable-shell.ts';
import { eventually } from '../testing/test-server.ts';

const shell = withDurableShell();

describe('the durable shell', () => {
  test('a task runs only after the change that led to it is committed', async () => {
    await shell.start(TASK, 'before');
    shell.writable(false);
    await expect(shell.start(TASK)).rejects.toThrow();
    expect(shell.calls).toHaveLength(1);
    expect(shell.executions.state(2)).toBeUndefined();
    shell.writable(true);
    await shell.start(TASK);
    expect(shell.calls).toHaveLength(2);
    expect(shell.journal.states.withTasksOut()).toHaveLength(2);
  });

  test('a task’s outcome is delivered again until it is committed, also after a second failure', async () => {
    await shell.start(TASK);
    shell.writable(false);
    shell.calls[0]?.resolve('answer');
    await eventually(
      () => shell.log.errors.filter((message) => message === 'a commit failed').length === 2 || undefined,
    );
    expect(shell.ended).toEqual([]);
    shell.writable(true);
    const execution = await eventually(() => shell.ended[0]);
    expect(execution).toMatchObject({ status: 'SUCCEEDED', output: '"answer"' });
  });

  test('of two answers to a task only the first changes the execution', async () => {
    const id = await shell.start(TASK);
    const taskId = Object.values(shell.executions.state(id)?.frames ?? {})
      .map(({ run }) => (run?.activity?.kind === 'TASK' ? run.activity.taskId : undefined))
      .find((found) => found !== undefined);
    const answer = { type: 'TaskSucceeded', taskId: taskId ?? '', output: 1 } as const;
    expect(await Promise.all([shell.executions.deliver(id, answer), shell.executions.deliver(id, answer)])).toEqual([
      true,
      false,
    ]);
    expect(await shell.executions.deliver(id, answer)).toBe(false);
    expect(await shell.executions.deliver(id + 1, answer)).toBe(false);
  });

  test('the clock is set back while an execution waits: this wait and the next one take no longer', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
    try {
      shell.close();
      shell.reopen();
      const wait = (next: JsonObject): JsonObject => ({ Type: 'Wait', Seconds: 12, ...next });
      await shell.start({ StartAt: 'W', States: { W: wait({ Next: 'X' }), X: wait({ End: true }) } });
      await jest.advanceTimersByTimeAsync(5_000);
      jest.setSystemTime(Date.now() - 3_600_000);
      for (let second = 0; second < 18; second += 1) {
        await jest.advanceTimersByTimeAsync(1_000);
        await new Promise((done) => setImmediate(done));
      }
      expect(shell.ended).toEqual([]);
      await jest.advanceTimersByTimeAsync(1_000);
      await new Promise((done) => setImmediate(done));
      expect(shell.ended).toMatchObject([{ status: 'SUCCEEDED' }]);
    } finally {
      jest.useRealTimers();
    }
  });

  test('the client token of a redrive that changes nothing is not stored with what else changes', async () => {
    const id = await shell.start({
      StartAt: 'T',
      States: { T: { Type: 'Task', Resource: FUNCTION, HeartbeatSeconds: 60, End: true } },
    });
    const heartbeat = shell.executions.deliver(id, { type: 'TaskHeartbeat', taskId: 'task-1' });
    const redriven = shell.executions.redrive(id, 'token');
    const stopped = shell.executions.deliver(id, { type: 'StopRequested' });
    expect(await Promise.all([heartbeat, redriven, stopped])).toEqual([true, false, true]);
    expect(shell.journal.executions.findById(id)).toMatchObject({ status: 'ABORTED', redriveToken: undefined });
    expect(await shell.executions.redrive(id, 'token')).toBe(true);
    expect(shell.journal.executions.findById(id)).toMatchObject({ status: 'RUNNING', redriveToken: 'token' });
  });

  test('a close commits what was stepped through before it, so that the next process finds it', async () => {
    const id = await shell.start(TASK);
    const answered = shell.executions.deliver(id, { type: 'TaskSucceeded', taskId: 'task-1', output: 1 });
    // The step takes microtasks alone; the commit would come with the next turn of the event loop.
    for (let turns = 0; turns < 100; turns += 1) {
      await Promise.resolve();
    }
    expect(shell.journal.executions.findById(id)).toMatchObject({ status: 'RUNNING' });
    shell.close();
    expect(shell.journal.executions.findById(id)).toMatchObject({ status: 'SUCCEEDED', output: '1' });
    expect(await answered).toBe(true);
  });

  test('an execution is not evicted while it processes an event, and is afterwards', async () => {
    const id = await shell.start(TASK);
    const restarted = shell.executions.deliver(id, { type: 'TaskRestarted', taskId: 'task-1' });
    expect(shell.executions.forget(id)).toBe(false);
    await restarted;
    expect(shell.executions.forget(id)).toBe(true);
  });

  test('the end of an execution that a task started without waiting is not its answer', async () => {
    const Resource = 'arn:aws:states:::states:startExecution';
    const Start: JsonObject = { Type: 'Task', Resource, Parameters: { StateMachineArn: 'a' }, End: true };
    const parent = await shell.start({ StartAt: 'T', States: { T: Start } });
    const child = await shell.start({}, 'child', { execution: parent, taskId: 'task-1', waits: false });
    shell.close();
    shell.reopen();
    await shell.executions.deliver(child, { type: 'StopRequested' });
    expect(shell.ended).toMatchObject([{ name: 'child' }]);
    // The parent processes its events in order: an answer by the child's end would come before the call's own.
    await shell.executions.deliver(parent, { type: 'TaskSucceeded', taskId: 'task-1', output: 'started' });
    expect(shell.ended[1]).toMatchObject({ name: 'one', status: 'SUCCEEDED', output: '"started"' });
  });

  test('a task that is scheduled and cancelled in one batch of events is not called', async () => {
    const task: JsonObject = { Type: 'Task', Resource: FUNCTION, End: true };
    const id = await shell.start({
      StartAt: 'A',
      States: { A: { Type: 'Task', Resource: FUNCTION, Next: 'B' }, B: task },
    });
    const heartbeat = shell.executions.deliver(id, { type: 'TaskHeartbeat', taskId: 'task-1' });
    const answer = shell.executions.deliver(id, { type: 'TaskSucceeded', taskId: 'task-1', output: 1 });
    const stop = shell.executions.deliver(id, { type: 'StopRequested' });
    await Promise.all([heartbeat, answer, stop]);
    expect(shell.ended[0]).toMatchObject({ status: 'ABORTED' });
    expect(shell.calls).toHaveLength(1);
  });

  test('the token of a failed call is closed, so that a late callback gets TaskTimedOut', async () => {
    const resource = 'arn:aws:states:::lambda:invoke.waitForTaskToken';
    const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'W' }];
    const task: JsonObject = { Type: 'Task', Resource: resource, Parameters: { FunctionName: 'f' }, Catch, End: true };
    const wait: JsonObject = { Type: 'Wait', Seconds: 60, End: true };
    const id = await shell.start({ StartAt: 'T', States: { T: task, W: wait } });
    const [activity] = Object.values(shell.executions.state(id)?.frames ?? {}).map(({ run }) => run?.activity);
    const token = (activity?.kind === 'TASK' ? activity.token : undefined) ?? '';
    expect(shell.journal.tokens.find(token)).toMatchObject({ status: 'OPEN' });
    await shell.executions.deliver(id, { type: 'TaskSubmitFailed', taskId: 'task-1', error: 'Bad', cause: '' });
    expect(shell.journal.tokens.find(token)).toMatchObject({ status: 'CLOSED' });
  });

  test('the steps of an execution do not read its activities from the journal again and again', async () => {
    const arn = 'arn:aws:states:us-east-1:000000000000:activity:pack';
    shell.journal.activities.create({ arn, name: 'pack', createdAt: 1 });
    const find = jest.spyOn(shell.journal.activities, 'find');
    const work = { Type: 'Task', Resource: FUNCTION };
    const pack = { Type: 'Task', Resource: arn, End: true };
    await shell.start({ StartAt: 'A', States: { A: { ...work, Next: 'B' }, B: { ...work, Next: 'P' }, P: pack } });
    const scheduled = once(shell.executions.events, 'activityScheduled');
    shell.calls[0]?.resolve(null);
    (await eventually(() => shell.calls[1])).resolve(null);
    await scheduled;
    expect(find.mock.calls.length).toBeLessThanOrEqual(1);
    shell.journal.activities.delete(arn);
    expect(shell.journal.activities.exists(arn)).toBe(false);
  });

  test('an execution that only waits takes no memory: the journal keeps its due time', async () => {
    const id = await shell.start({ StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 86_400, End: true } } });
    expect(shell.journal.states.withTasksOut()).toEqual([]);
    expect(shell.journal.states.nextDue()).toBeGreaterThan(Date.now() + 86_000_000);
    expect(shell.journal.states.due(Date.now(), 10)).toEqual([]);
    expect(shell.executions.forget(id)).toBe(true);
    expect(shell.executions.state(id)).toMatchObject({ status: 'RUNNING' });
  });
});
