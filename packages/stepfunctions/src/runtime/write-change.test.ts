import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Effect } from '../core/effect.ts';
import type { Execution, MapRun } from '../core/execution.ts';
import { createExecution } from '../core/step.ts';
import { withJournal } from '../testing/fixtures.ts';
import { type ExecutionChange, writeChange } from './write-change.ts';

const stored = withJournal();
const running = createExecution({
  ...{ arn: 'arn:one', name: 'one', stateMachineArn: 'arn:machine', stateMachineName: 'machine' },
  ...{ type: 'STANDARD', roleArn: 'arn:role', input: '{}' },
});
const NOTHING = { history: [], childHistory: [], effects: [], taken: [], answered: [] };

/** Writes a change of the execution 1. */
function write(before: Execution, after: Execution, more: Partial<ExecutionChange> = {}): void {
  const state = after.status === 'SUCCEEDED' ? undefined : JSON.stringify(after);
  const change = { origin: { id: 1, stateMachine: 1, revision: 1 }, before, after, state, isNew: false };
  writeChange(stored.journal, { ...change, ...NOTHING, ...more }, { dueAt: undefined, tasksOut: 0 }, () => 2);
}

beforeEach(() => {
  write(running, running, { isNew: true });
});

describe('the record of an execution', () => {
  test('a record is written when the status changes, and not with each step', () => {
    const update = jest.spyOn(stored.journal.executions, 'update');
    write(running, { ...running });
    expect(update).not.toHaveBeenCalled();
    write(running, { ...running, status: 'FAILED', error: 'Boom', stoppedAt: 5 });
    expect(stored.journal.executions.findById(1)).toMatchObject({ status: 'FAILED', error: 'Boom', stoppedAt: 5 });
  });

  test('an execution that was redriven and failed again in one batch of events has its new record', () => {
    const failed: Execution = { ...running, status: 'FAILED', error: 'Boom', stoppedAt: 5 };
    write(running, failed);
    write(failed, { ...failed, error: 'Again', stoppedAt: 9, redriveCount: 1 });
    const record = { status: 'FAILED', error: 'Again', stoppedAt: 9, redriveCount: 1 };
    expect(stored.journal.executions.findById(1)).toMatchObject(record);
  });
});

test('the state of an execution stays while it may be redriven, and goes when it has succeeded', () => {
  const failed: Execution = { ...running, status: 'FAILED', stoppedAt: 5 };
  write(running, failed);
  expect(stored.journal.states.read(1)).toBe(JSON.stringify(failed));
  write(failed, { ...running, status: 'SUCCEEDED', output: '1', stoppedAt: 6 });
  expect(stored.journal.states.read(1)).toBeUndefined();
});

test('a map run is written when it is new or has changed, and not again after that', () => {
  const [first, second] = ['arn:map:1', 'arn:map:2'].map((arn) => ({ arn, startedAt: 1, status: 'RUNNING' }) as MapRun);
  const save = jest.spyOn(stored.journal.mapRuns, 'save');
  const one = { ...running, mapRuns: first ? [first] : [] };
  const two = { ...running, mapRuns: second ? [...one.mapRuns, second] : [] };
  write(running, one);
  write(one, two);
  write(two, { ...two });
  expect(save.mock.calls).toEqual([
    [1, first],
    [1, second],
  ]);
});

describe('the token of a task', () => {
  const task = (taskId: string, more: object = {}): Effect =>
    ({
      ...{ type: 'RunTask', taskId, token: `token-${taskId}`, input: { a: 1 } },
      ...{ target: { kind: 'LAMBDA_FUNCTION', functionArn: 'f' }, ...more },
    }) as Effect;
  const statusOf = (taskId: string) => stored.journal.tokens.find(`token-${taskId}`)?.status;

  test('the token of an activity’s task waits for a worker, that of another is open', () => {
    write(running, running, {
      effects: [task('one', { target: { kind: 'ACTIVITY', activityArn: 'arn:pack' } }), task('two')],
    });
    const [waiting] = stored.journal.tokens.scheduled('arn:pack', 9);
    expect(waiting).toMatchObject({ token: 'token-one', execution: 1, taskId: 'one', activityInput: '{"a":1}' });
    expect(stored.journal.tokens.find('token-two')).toMatchObject({ status: 'OPEN', activityArn: undefined });
    write(running, running, { taken: ['one'] });
    expect(stored.journal.tokens.scheduled('arn:pack', 9)).toEqual([]);
    expect(statusOf('one')).toBe('OPEN');
  });

  test('the token of a task that was answered or cancelled is closed, and no other', () => {
    write(running, running, { effects: [task('one'), task('two'), task('three')] });
    write(running, running, { answered: ['one'], effects: [{ type: 'CancelTask', taskId: 'two' }] });
    expect(['one', 'two', 'three'].map(statusOf)).toEqual(['CLOSED', 'CLOSED', 'OPEN']);
  });

  test('a task that a test case mocks, or that waits for no token, has none', () => {
    write(running, running, { effects: [task('one', { mock: {} }), task('two', { token: undefined }), task('three')] });
    expect(['one', 'two', 'three'].map(statusOf)).toEqual([undefined, undefined, 'OPEN']);
  });
});
