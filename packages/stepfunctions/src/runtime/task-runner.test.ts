import { expect, test } from '@jest/globals';
import type { RunTask } from '../integrations/integration.ts';
import type { Json } from '../language/json.ts';
import { SILENT_LOGGER } from '../testing/test-loggers.ts';
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
  const jobs = { endOf: () => undefined, stop: (taskId: string) => stopped.push(taskId) };
  const owner: TaskOwner = { arn: 'arn', id: 1, deliver: (event) => delivered.push(event), jobs };
  const targets = { invokeFunction: called, integrationFor: () => () => called(undefined, undefined) };
  return {
    tasks: new TaskRunner(targets, new FairQueue({ most: 1 }), SILENT_LOGGER),
    calls,
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
function job(taskId: string): RunTask {
  return {
    ...lambda(taskId),
    target: {
      kind: 'INTEGRATION',
      resource: 'arn:aws:states:::states:startExecution.sync',
      service: 'states',
      action: 'startExecution',
      sdk: false,
      pattern: 'RUN_A_JOB',
    },
  };
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
