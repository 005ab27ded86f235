import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../language/json.ts';
import { FUNCTION, TASK, withDurableShell } from '../testing/durable-shell.ts';
import { eventually } from '../testing/test-server.ts';

const shell = withDurableShell();

describe('the durable shell', () => {
  test('recovery resumes from the last commit: it calls interrupted tasks again and fires overdue timers', async () => {
    const wait: JsonObject = { Type: 'Wait', Timestamp: new Date(Date.now() + 50).toISOString(), Next: 'T' };
    await shell.start({ StartAt: 'W', States: { W: wait, T: { Type: 'Task', Resource: FUNCTION, End: true } } });
    shell.close();
    await new Promise((done) => setTimeout(done, 60));
    shell.reopen();
    await shell.executions.recover();
    await eventually(() => shell.calls[0]);
    shell.close();
    shell.reopen();
    await shell.executions.recover();
    (await eventually(() => shell.calls[1])).resolve('second call');
    expect(await eventually(() => shell.ended[0])).toMatchObject({ status: 'SUCCEEDED', output: '"second call"' });
    expect(shell.calls).toHaveLength(2);
  });

  test('recovery notes in the history that a call is made again, but not for a job that was submitted before', async () => {
    const resource = 'arn:aws:states:::states:startExecution.sync';
    const job: JsonObject = { Type: 'Task', Resource: resource, Parameters: { StateMachineArn: 'a' }, End: true };
    const branches = ['submitted', 'interrupted'].map((name) => ({ StartAt: name, States: { [name]: job } }));
    const id = await shell.start({
      StartAt: 'P',
      States: { P: { Type: 'Parallel', Branches: branches, End: true } },
    });
    const [submitted, interrupted] = Object.values(shell.executions.state(id)?.frames ?? {}).flatMap(({ run }) =>
      run?.activity?.kind === 'TASK' ? [run.activity.taskId] : [],
    );
    await shell.executions.deliver(id, {
      type: 'TaskSubmitted',
      taskId: submitted ?? '',
      output: { ExecutionArn: 'none' },
    });
    const before = shell.journal.history.lastId(id);
    shell.close();
    shell.reopen();
    await shell.executions.recover();
    const noted = shell.journal.history.forwards(id, before + 1, 10);
    expect(noted.map(({ type }) => type)).toEqual(['TaskStarted']);
    const run = Object.values(shell.executions.state(id)?.frames ?? {}).find(
      ({ run }) => run?.activity?.kind === 'TASK' && run.activity.taskId === interrupted,
    );
    expect(run?.lastEventId).toBe(noted[0]?.id);
  });

  test('an execution whose state cannot be read is logged and does not keep others from recovery', async () => {
    const unreadable = await shell.start(TASK, 'unreadable');
    await shell.start(TASK, 'sound');
    await shell.start(TASK, 'later');
    shell.close();
    shell.journal.states.update(unreadable, '{"cut off', { dueAt: undefined, tasksOut: 1 });
    shell.reopen();
    await shell.executions.recover();
    expect(shell.calls).toHaveLength(5);
    expect(shell.log.errors).toContain('an execution could not be recovered');
  });

  test('interrupted tasks that could not be restarted on a full disk are called once it has room', async () => {
    await shell.start(TASK);
    shell.close();
    shell.reopen();
    shell.writable(false);
    await shell.executions.recover();
    expect(shell.calls).toHaveLength(1);
    shell.writable(true);
    await eventually(() => shell.calls[1]);
    await new Promise((done) => setTimeout(done, 300));
    expect(shell.calls).toHaveLength(2);
  });

  test('timers fire even if an interrupted task cannot be restarted', async () => {
    const wait: JsonObject = { Type: 'Wait', Seconds: 1, End: true };
    const task: JsonObject = { Type: 'Task', Resource: FUNCTION, End: true };
    const branches = [
      { StartAt: 'T', States: { T: task } },
      { StartAt: 'W', States: { W: wait } },
    ];
    const unreadable = await shell.start({
      StartAt: 'P',
      States: { P: { Type: 'Parallel', Branches: branches, End: true } },
    });
    const waiting = await shell.start({}, 'waiting');
    shell.close();
    shell.journal.states.update(unreadable, '{"cut off', { dueAt: undefined, tasksOut: 1 });
    shell.reopen();
    await shell.executions.recover();
    await eventually(
      () =>
        Object.values(shell.executions.state(waiting)?.frames ?? {}).some(({ end }) => end?.status === 'SUCCEEDED') ||
        undefined,
    );
  });

  test('recovery stops the job of a .sync task that was cancelled just before the last process ended', async () => {
    const resource = 'arn:aws:states:::states:startExecution.sync';
    const task: JsonObject = { Type: 'Task', Resource: resource, Parameters: { StateMachineArn: 'a' }, End: true };
    const parent = await shell.start({ StartAt: 'T', States: { T: task } });
    await shell.start({}, 'orphan', { execution: parent, taskId: 'given up', waits: true });
    await shell.start({}, 'left', { execution: parent, taskId: 'given up', waits: false });
    await shell.start({}, 'awaited', { execution: parent, taskId: 'task-1', waits: true });
    shell.close();
    shell.reopen();
    await shell.executions.recover();
    expect(await eventually(() => shell.ended[0])).toMatchObject({ status: 'ABORTED', name: 'orphan' });
    expect(shell.ended).toHaveLength(1);
  });

  test('a task that starts during recovery is not taken for an interrupted one', async () => {
    const old = await shell.start(TASK, 'old');
    shell.close();
    shell.reopen();
    const recovery = shell.executions.recover();
    const started = shell.start(TASK, 'new');
    await Promise.all([recovery, started]);
    // Once before the restart, once again for the old one, once for the new one.
    expect(shell.calls).toHaveLength(3);
    expect(shell.executions.state(old)).toMatchObject({ status: 'RUNNING' });
  });

  test('an interrupted task that timed out meanwhile is not called again', async () => {
    await shell.start({
      StartAt: 'T',
      States: { T: { Type: 'Task', Resource: FUNCTION, TimeoutSeconds: 1, End: true } },
    });
    shell.close();
    await new Promise((done) => setTimeout(done, 1_010));
    shell.reopen();
    await shell.executions.recover();
    expect(await eventually(() => shell.ended[0])).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    expect(shell.calls).toHaveLength(1);
  });
});
