import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Execution } from '../core/execution.ts';
import type { ParentTask } from '../journal/execution-store.ts';
import { Journal } from '../journal/journal.ts';
import type { Json, JsonObject } from '../language/json.ts';
import { eventually } from '../testing/test-server.ts';
import { DefinitionCache } from './definition-cache.ts';
import { FairQueue } from './fair-queue.ts';
import { JournaledExecutions } from './journaled-executions.ts';
import { TaskRunner } from './task-runner.ts';

let reported: string[];
const logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: (_fields: object, message: string) => reported.push(message),
};
const FUNCTION = 'arn:aws:lambda:us-east-1:000000000000:function:work';
const TASK: JsonObject = { StartAt: 'T', States: { T: { Type: 'Task', Resource: FUNCTION, End: true } } };

let journal: Journal;
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
  };
  const tasks = new TaskRunner(targets, new FairQueue({ most: 8 }), logger);
  const made = new JournaledExecutions(journal, new DefinitionCache(), tasks, logger);
  made.events.on('ended', (execution) => ended.push(execution));
  return made;
}

beforeEach(() => {
  journal = new Journal(':memory:', 'process');
  ended = [];
  calls = [];
  reported = [];
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
  test('runs no task before what leads to it is in the journal', async () => {
    writable(false);
    await expect(start(TASK)).rejects.toThrow();
    expect(calls).toHaveLength(0);
    writable(true);
    await start(TASK);
    expect(calls).toHaveLength(1);
    expect(journal.states.withTasksOut()).toHaveLength(1);
  });

  test('brings a task’s answer again that could not be written down', async () => {
    await start(TASK);
    writable(false);
    calls[0]?.resolve('answer');
    await new Promise((done) => setTimeout(done, 20));
    expect(ended).toEqual([]);
    writable(true);
    const execution = await eventually(() => ended[0]);
    expect(execution).toMatchObject({ status: 'SUCCEEDED', output: '"answer"' });
  });

  test('tells whether an event changed anything, so that of two answers one counts', async () => {
    const id = await start(TASK);
    const taskId = Object.values(executions.state(id)?.frames ?? {})
      .map(({ run }) => (run?.activity?.kind === 'TASK' ? run.activity.taskId : undefined))
      .find((found) => found !== undefined);
    const answer = { type: 'TaskSucceeded', taskId: taskId ?? '', output: 1 } as const;
    expect(await Promise.all([executions.deliver(id, answer), executions.deliver(id, answer)])).toEqual([true, false]);
    expect(await executions.deliver(id, answer)).toBe(false);
    expect(await executions.deliver(id + 1, answer)).toBe(false);
  });

  test('goes on from the last commit: calls lost tasks again and fires timers that ran out', async () => {
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

  test('an execution whose state cannot be read is reported and keeps no other from being taken up', async () => {
    const unreadable = await start(TASK, 'unreadable');
    await start(TASK, 'sound');
    await start(TASK, 'later');
    executions.close();
    journal.states.update(unreadable, '{"cut off', { dueAt: undefined, tasksOut: 1 });
    executions = shell();
    await executions.recover();
    expect(calls).toHaveLength(5);
    expect(reported).toContain('an execution could not be recovered');
  });

  test('tasks that could not be taken up on a full disk are called once it has room', async () => {
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

  test('timers are fired even when a lost task cannot be taken up', async () => {
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

  test('stops what a .sync task started when the task was given up just before the last process ended', async () => {
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

  test('does not begin a task that is given up by an event taken in together with what leads to it', async () => {
    const task: JsonObject = { Type: 'Task', Resource: FUNCTION, End: true };
    const id = await start({ StartAt: 'A', States: { A: { Type: 'Task', Resource: FUNCTION, Next: 'B' }, B: task } });
    const heartbeat = executions.deliver(id, { type: 'TaskHeartbeat', taskId: 'task-1' });
    const answer = executions.deliver(id, { type: 'TaskSucceeded', taskId: 'task-1', output: 1 });
    const stop = executions.deliver(id, { type: 'StopRequested' });
    await Promise.all([heartbeat, answer, stop]);
    expect(ended[0]).toMatchObject({ status: 'ABORTED' });
    expect(calls).toHaveLength(1);
  });

  test('a token whose call failed is closed, so that whoever has it all the same is told so', async () => {
    const resource = 'arn:aws:states:::lambda:invoke.waitForTaskToken';
    const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'W' }];
    const task: JsonObject = { Type: 'Task', Resource: resource, Parameters: { FunctionName: 'f' }, Catch, End: true };
    const wait: JsonObject = { Type: 'Wait', Seconds: 60, End: true };
    const id = await start({ StartAt: 'T', States: { T: task, W: wait } });
    const [activity] = Object.values(executions.state(id)?.frames ?? {}).map(({ run }) => run?.activity);
    const token = activity?.kind === 'TASK' ? activity.token : '';
    expect(journal.tokens.find(token)).toMatchObject({ status: 'OPEN' });
    await executions.deliver(id, { type: 'TaskSubmitFailed', taskId: 'task-1', error: 'Bad', cause: '' });
    expect(journal.tokens.find(token)).toMatchObject({ status: 'CLOSED' });
  });

  test('does not take a task for lost that was begun while it recovers', async () => {
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

  test('does not call a lost task again whose time ran out meanwhile', async () => {
    await start({ StartAt: 'T', States: { T: { Type: 'Task', Resource: FUNCTION, TimeoutSeconds: 1, End: true } } });
    executions.close();
    await new Promise((done) => setTimeout(done, 1_010));
    executions = shell();
    await executions.recover();
    expect(await eventually(() => ended[0])).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    expect(calls).toHaveLength(1);
  });

  test('keeps what only waits out of the way: nothing but a due time is left of it', async () => {
    const id = await start({ StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 86_400, End: true } } });
    expect(journal.states.withTasksOut()).toEqual([]);
    expect(journal.states.nextDue()).toBeGreaterThan(Date.now() + 86_000_000);
    expect(journal.states.due(Date.now(), 10)).toEqual([]);
    expect(executions.forget(id)).toBe(true);
    expect(executions.state(id)).toMatchObject({ status: 'RUNNING' });
  });
});
