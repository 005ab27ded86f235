import { beforeEach, describe, expect, test } from '@jest/globals';
import { createExecution } from '../core/step.ts';
import { ScriptedRun } from '../core/testing/scripted-run.ts';
import type { ParentTask } from '../journal/execution-store.ts';
import type { Json, JsonObject } from '../language/json.ts';
import { withJournal, withTestEngine } from '../testing/fixtures.ts';
import { eventually } from '../testing/test-server.ts';
import type { LiveExecution } from './live-execution.ts';
import { SyncJobs } from './sync-jobs.ts';
import type { TaskRunner } from './task-runner.ts';

const WAIT = { StartAt: 'Wait', States: { Wait: { Type: 'Wait', Seconds: 60, End: true } } };

const on = withTestEngine();
const stored = withJournal();
let job: string;

beforeEach(async () => {
  job = await on.create('job', WAIT);
});

/** Stores a running execution. */
function store(id: number, parent?: ParentTask): void {
  const names = { arn: `arn:${id}`, name: `${id}`, stateMachineArn: 'arn:machine', stateMachineName: 'machine' };
  const execution = createExecution({ ...names, type: 'STANDARD', roleArn: 'arn:role', input: '{}' });
  stored.journal.executions.insert({ id, stateMachine: 1, revision: 1, ...(parent && { parent }) }, execution);
}

function jobArn(name: string): string {
  return job.replace(':stateMachine:', ':execution:').concat(`:${name}`);
}

async function described(executionArn: string): Promise<JsonObject> {
  return on.call('DescribeExecution', { executionArn });
}

async function ended(executionArn: string): Promise<JsonObject> {
  return eventually(async () => {
    const description = await described(executionArn);
    return description.status === 'RUNNING' ? undefined : description;
  });
}

/** Starts an execution that starts a job of this name. */
async function calling(name: string, suffix: string, more: JsonObject = {}, input = '{"a":1}'): Promise<string> {
  const Call: JsonObject = {
    Type: 'Task',
    Resource: `arn:aws:states:::states:startExecution${suffix}`,
    Parameters: { StateMachineArn: job, Name: name, 'Input.$': '$' },
    ...('Next' in more ? {} : { End: true }),
    ...more,
  };
  const stateMachineArn = await on.create(`caller-of-${name}`, {
    StartAt: 'Call',
    States: { Call, ...(JSON.stringify(more).includes('"Rest"') ? { Rest: WAIT.States.Wait } : {}) },
  });
  const { executionArn } = await on.call('StartExecution', { stateMachineArn, input });
  await eventually(async () => described(jobArn(name)).catch(() => undefined));
  return String(executionArn);
}

/** AWS's words for the end of a task's job. */
function becauseOf(executionArn: Json): string {
  return `The Task state in AWS Step Functions execution [${executionArn}] which was managing this resource was aborted`;
}

describe('a job', () => {
  test.each(['.sync', '.sync:2'])('a job that is stopped fails its %s task with what became of it', async (suffix) => {
    const caller = await calling('stopped', suffix);
    await on.call('StopExecution', { executionArn: jobArn('stopped'), error: 'Enough', cause: 'for today' });
    const { error, cause } = await ended(caller);
    const { startDate, stopDate } = await described(jobArn('stopped'));
    expect(error).toBe('States.TaskFailed');
    expect(JSON.parse(String(cause))).toEqual({
      Cause: 'for today',
      Error: 'Enough',
      ExecutionArn: jobArn('stopped'),
      Input: '{"a":1}',
      InputDetails: { Included: true },
      Name: 'stopped',
      RedriveCount: 0,
      RedriveStatus: 'REDRIVABLE',
      StartDate: Number(startDate) * 1_000,
      StateMachineArn: job,
      Status: 'ABORTED',
      StopDate: Number(stopDate) * 1_000,
    });
  });

  test.each<[string, Json]>([
    ['.sync', '{"a":1}'],
    ['.sync:2', { a: 1 }],
  ])('a job that succeeds answers its %s task with its output', async (suffix, payload) => {
    await on.call('UpdateStateMachine', {
      stateMachineArn: job,
      definition: JSON.stringify({ StartAt: 'Echo', States: { Echo: { Type: 'Pass', End: true } } }),
    });
    const { output } = await ended(await calling('good', suffix));
    const answer = JSON.parse(String(output)) as JsonObject;
    expect(answer).toMatchObject({ Status: 'SUCCEEDED', Input: payload, Output: payload, StateMachineArn: job });
    expect(Object.keys(answer)).not.toContain('Error');
    expect(answer.OutputDetails).toEqual({ Included: true });
  });

  test('a job whose task timed out is stopped, and its end changes nothing', async () => {
    const more = { TimeoutSeconds: 1, Catch: [{ ErrorEquals: ['States.Timeout'], Next: 'Rest' }] };
    const caller = await calling('late', '.sync', more);
    const late = await ended(jobArn('late'));
    expect(late).toMatchObject({ status: 'ABORTED', cause: becauseOf(caller) });
    expect(late).not.toHaveProperty('error');
    expect(await described(caller)).toMatchObject({ status: 'RUNNING' });
  });

  test('an execution that a task started without waiting is left running when that task’s execution is stopped', async () => {
    const caller = await calling('left', '', { Next: 'Rest' });
    await on.call('StopExecution', { executionArn: caller });
    expect(await described(jobArn('left'))).toMatchObject({ status: 'RUNNING' });
    await on.call('StopExecution', { executionArn: jobArn('left') });
    expect(await described(caller)).toMatchObject({ status: 'ABORTED' });
  });

  test('all jobs of an execution that is stopped are stopped, and those of others are not', async () => {
    const branches = ['one', 'two'].map((name) => ({
      StartAt: name,
      States: {
        [name]: {
          Type: 'Task',
          Resource: 'arn:aws:states:::states:startExecution.sync',
          Parameters: { StateMachineArn: job, Name: name },
          End: true,
        },
      },
    }));
    const both = await on.create('both', {
      StartAt: 'Both',
      States: { Both: { Type: 'Parallel', Branches: branches, End: true } },
    });
    await calling('another', '.sync');
    const { executionArn = '' } = await on.call('StartExecution', { stateMachineArn: both });
    await eventually(async () => described(jobArn('two')).catch(() => undefined));
    await on.call('StopExecution', { executionArn });
    expect(await ended(jobArn('one'))).toMatchObject({ status: 'ABORTED', cause: becauseOf(executionArn) });
    expect(await ended(jobArn('two'))).toMatchObject({ status: 'ABORTED', cause: becauseOf(executionArn) });
    expect(await described(jobArn('another'))).toMatchObject({ status: 'RUNNING' });
  });

  test('every job that a task waits for is stopped, though a task has mostly one', () => {
    const parent = { execution: 1, taskId: 'task-1', waits: true };
    store(1);
    store(2, parent);
    store(3, parent);
    store(4, { ...parent, taskId: 'task-2' });
    store(5, { execution: 9, taskId: 'task-1', waits: true });
    const stopped: object[] = [];
    const jobs = new SyncJobs(stored.journal, {} as TaskRunner, {
      find: () => undefined,
      deliver: async () => true,
      deliverWithRetry: (id, event) => stopped.push({ id, ...event }),
    });
    const stop = { type: 'StopRequested', cause: becauseOf('arn:1') };
    jobs.of(1).stop('task-1');
    expect(stopped).toEqual([
      { id: 2, ...stop },
      { id: 3, ...stop },
    ]);
    // A parent whose record is gone has no ARN to name.
    jobs.of(9).stop('task-1');
    expect(stopped[2]).toStrictEqual({ id: 5, type: 'StopRequested' });
  });

  test('the end of a job is told to the task that waits for it, and to nobody where that is gone', async () => {
    const Task = { Type: 'Task', Resource: 'arn:aws:states:::states:startExecution.sync', Parameters: {}, End: true };
    const run = await ScriptedRun.start({ StartAt: 'T', States: { T: Task } });
    const parent = { execution: 1, taskId: run.tasks[0]?.taskId ?? '', waits: true };
    const told: unknown[] = [];
    const tasks = { jobEnded: (...end: readonly unknown[]) => told.push(end) } as unknown as TaskRunner;
    const owner = { arn: 'arn:1' };
    const jobs = new SyncJobs(stored.journal, tasks, {
      find: (id) => (id === 1 ? ({ execution: run.execution, owner } as unknown as LiveExecution) : undefined),
      deliver: async () => true,
      deliverWithRetry: () => undefined,
    });
    store(2, parent);
    const execution = { ...run.execution, status: 'ABORTED' as const, stoppedAt: 1 };
    stored.journal.executions.update(2, execution);
    const origin = { id: 2, stateMachine: 1, revision: 1 };
    for (const other of [{ waits: false }, { execution: 9 }, { taskId: 'another' }]) {
      jobs.ended(execution, { ...origin, parent: { ...parent, ...other } });
    }
    jobs.ended(execution, origin);
    jobs.ended(execution, { ...origin, id: 3, parent });
    expect(told).toEqual([]);
    jobs.ended(execution, { ...origin, parent });
    expect(told).toEqual([[owner, parent.taskId, expect.objectContaining({ status: 'FAILED' })]]);
  });

  test('a job of another execution is not taken for one’s own, though both tasks have the same id', async () => {
    await calling('shared', '.sync');
    await on.call('StopExecution', { executionArn: jobArn('shared') });
    const Call: JsonObject = {
      Type: 'Task',
      Resource: 'arn:aws:states:::states:startExecution.sync',
      Parameters: { StateMachineArn: job, Name: 'shared', 'Input.$': '$' },
      End: true,
    };
    const stateMachineArn = await on.create('second', { StartAt: 'Call', States: { Call } });
    const { executionArn } = await on.call('StartExecution', { stateMachineArn, input: '{"a":1}' });
    expect(await ended(String(executionArn))).toMatchObject({
      status: 'FAILED',
      error: 'StepFunctions.ExecutionAlreadyExistsException',
    });
  });
});
