import { EventEmitter } from 'node:events';
import { expect, test } from '@jest/globals';
import type { Effect } from '../core/effect.ts';
import { errorLog } from '../testing/test-loggers.ts';
import { Effects, type ExecutionEvents } from './effects.ts';
import type { LiveExecution } from './live-execution.ts';
import type { SyncJobs } from './sync-jobs.ts';
import type { TaskRunner } from './task-runner.ts';

const LIVE = { execution: { arn: 'arn' }, owner: {}, origin: {} } as LiveExecution;

function runTask(taskId: string): Effect {
  return { type: 'RunTask', taskId, target: { kind: 'LAMBDA_FUNCTION', functionArn: 'f' } } as Effect;
}

/** Effects whose tasks and events are noted; the task `broken` throws. */
function noted() {
  const done: string[] = [];
  const events = new EventEmitter<ExecutionEvents>();
  events.on('activityScheduled', (arn) => done.push(`scheduled ${arn}`));
  const tasks = {
    run: (_owner: unknown, { taskId }: { readonly taskId: string }) => {
      if (taskId === 'broken') {
        throw new Error('broken');
      }
      done.push(`run ${taskId}`);
    },
    cancel: (_owner: unknown, taskId: string) => done.push(`cancel ${taskId}`),
  };
  const jobs = { ended: () => done.push('ended') };
  const { logger, errors, fields } = errorLog();
  const effects = new Effects(tasks as unknown as TaskRunner, jobs as unknown as SyncJobs, events, logger);
  return { effects, done, errors, fields };
}

test('an effect that throws is logged and stops none of those after it: their change is committed', () => {
  const { effects, done, errors, fields } = noted();
  effects.run(LIVE, [
    runTask('one'),
    runTask('broken'),
    runTask('two'),
    { type: 'CancelTask', taskId: 'three' },
    { type: 'EndExecution' },
  ]);
  expect(done).toEqual(['run one', 'run two', 'cancel three', 'ended']);
  expect(errors).toEqual(['an effect failed']);
  expect(fields).toEqual([{ executionArn: 'arn', effect: 'RunTask', err: new Error('broken') }]);
});

test('a task that one batch begins and cancels is not begun', () => {
  const { effects, done } = noted();
  effects.run(LIVE, [runTask('one'), runTask('two'), { type: 'CancelTask', taskId: 'one' }]);
  expect(done).toEqual(['run two', 'cancel one']);
});

test('an activity’s task is told to its workers, and the engine answers it alone where a test case mocks it', () => {
  const { effects, done } = noted();
  const activity = { type: 'RunTask', target: { kind: 'ACTIVITY', activityArn: 'a' } };
  effects.run(LIVE, [
    { ...activity, taskId: 'one' },
    { ...activity, taskId: 'two', mock: {} },
  ] as unknown as Effect[]);
  expect(done).toEqual(['scheduled a', 'run two']);
});
