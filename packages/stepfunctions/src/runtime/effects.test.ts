import { EventEmitter } from 'node:events';
import { expect, test } from '@jest/globals';
import type { Effect } from '../core/effect.ts';
import { errorLog } from '../testing/test-loggers.ts';
import { Effects } from './effects.ts';
import type { LiveExecution } from './live-execution.ts';
import type { SyncJobs } from './sync-jobs.ts';
import type { TaskRunner } from './task-runner.ts';

const LIVE = { execution: { arn: 'arn' }, owner: {}, origin: {} } as LiveExecution;

function runTask(taskId: string): Effect {
  return { type: 'RunTask', taskId, target: { kind: 'LAMBDA_FUNCTION', functionArn: 'f' } } as Effect;
}

/** Effects whose tasks are noted; the task `broken` throws. */
function noted() {
  const done: string[] = [];
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
  const { logger, errors } = errorLog();
  const effects = new Effects(tasks as unknown as TaskRunner, jobs as unknown as SyncJobs, new EventEmitter(), logger);
  return { effects, done, errors };
}

test('an effect that throws is logged and stops none of those after it: their change is committed', () => {
  const { effects, done, errors } = noted();
  effects.run(LIVE, [
    runTask('one'),
    runTask('broken'),
    runTask('two'),
    { type: 'CancelTask', taskId: 'three' },
    { type: 'EndExecution' },
  ]);
  expect(done).toEqual(['run one', 'run two', 'cancel three', 'ended']);
  expect(errors).toHaveLength(1);
});

test('a task that one batch begins and cancels is not begun', () => {
  const { effects, done } = noted();
  effects.run(LIVE, [runTask('one'), runTask('two'), { type: 'CancelTask', taskId: 'one' }]);
  expect(done).toEqual(['run two', 'cancel one']);
});
