import type { Json } from '../language/json.ts';
import type { Draft } from './draft.ts';
import type { Failure, TaskActivity } from './frame.ts';
import { jsonText } from './json-text.ts';
import { integrationNames } from './task-target.ts';

const WHOLE = { truncated: false };

/** Records that a task was scheduled and, unless it waits for a worker, started. */
export function recordScheduled(draft: Draft, frameId: string, task: Omit<TaskActivity, 'kind'>): void {
  const { target } = task;
  const timeout = task.timeoutSeconds === undefined ? {} : { timeoutInSeconds: task.timeoutSeconds };
  const heartbeat = task.heartbeatSeconds === undefined ? {} : { heartbeatInSeconds: task.heartbeatSeconds };
  const input = { input: jsonText(task.input), inputDetails: WHOLE };
  switch (target.kind) {
    case 'LAMBDA_FUNCTION':
      draft.advance(frameId, 'LambdaFunctionScheduled', {
        lambdaFunctionScheduledEventDetails: { resource: target.functionArn, ...input, ...timeout },
      });
      draft.advance(frameId, 'LambdaFunctionStarted', {});
      return;
    case 'ACTIVITY':
      draft.advance(frameId, 'ActivityScheduled', {
        activityScheduledEventDetails: { resource: target.activityArn, ...input, ...timeout, ...heartbeat },
      });
      return;
    case 'INTEGRATION': {
      const names = integrationNames(target);
      const region = draft.execution.stateMachineArn.split(':')[3] ?? '';
      draft.advance(frameId, 'TaskScheduled', {
        taskScheduledEventDetails: { ...names, region, parameters: jsonText(task.input), ...timeout, ...heartbeat },
      });
      draft.advance(frameId, 'TaskStarted', { taskStartedEventDetails: names });
    }
  }
}

/** Records that a task starts: an activity worker took it, or the shell runs it again after a crash. */
export function recordStarted(draft: Draft, frameId: string, task: TaskActivity, workerName?: string): void {
  const { target } = task;
  switch (target.kind) {
    case 'LAMBDA_FUNCTION':
      draft.advance(frameId, 'LambdaFunctionStarted', {});
      return;
    case 'ACTIVITY':
      draft.advance(frameId, 'ActivityStarted', {
        activityStartedEventDetails: workerName === undefined ? {} : { workerName },
      });
      return;
    case 'INTEGRATION':
      draft.advance(frameId, 'TaskStarted', { taskStartedEventDetails: integrationNames(target) });
  }
}

/** Records the answer to the call of a task that goes on after it. */
export function recordSubmitted(draft: Draft, frameId: string, { target }: TaskActivity, output: Json): void {
  if (target.kind !== 'INTEGRATION') {
    return;
  }
  draft.advance(frameId, 'TaskSubmitted', {
    taskSubmittedEventDetails: { ...integrationNames(target), output: jsonText(output), outputDetails: WHOLE },
  });
}

/** Records a task's result. */
export function recordSucceeded(draft: Draft, frameId: string, { target }: TaskActivity, output: Json): void {
  const details = { output: jsonText(output), outputDetails: WHOLE };
  switch (target.kind) {
    case 'LAMBDA_FUNCTION':
      draft.advance(frameId, 'LambdaFunctionSucceeded', { lambdaFunctionSucceededEventDetails: details });
      return;
    case 'ACTIVITY':
      draft.advance(frameId, 'ActivitySucceeded', { activitySucceededEventDetails: details });
      return;
    case 'INTEGRATION':
      draft.advance(frameId, 'TaskSucceeded', {
        taskSucceededEventDetails: { ...integrationNames(target), ...details },
      });
  }
}

/** Records that a task failed. `submit` says that the call itself failed, before the task could go on. */
export function recordFailed(
  draft: Draft,
  frameId: string,
  { target }: TaskActivity,
  failure: Failure,
  submit = false,
): void {
  switch (target.kind) {
    case 'LAMBDA_FUNCTION':
      draft.advance(frameId, 'LambdaFunctionFailed', { lambdaFunctionFailedEventDetails: failure });
      return;
    case 'ACTIVITY':
      draft.advance(frameId, 'ActivityFailed', { activityFailedEventDetails: failure });
      return;
    case 'INTEGRATION': {
      const details = { ...integrationNames(target), ...failure };
      if (submit) {
        draft.advance(frameId, 'TaskSubmitFailed', { taskSubmitFailedEventDetails: details });
      } else {
        draft.advance(frameId, 'TaskFailed', { taskFailedEventDetails: details });
      }
    }
  }
}

/** Records that a task took too long or missed its heartbeat. */
export function recordTimedOut(draft: Draft, frameId: string, { target }: TaskActivity, failure: Failure): void {
  switch (target.kind) {
    case 'LAMBDA_FUNCTION':
      draft.advance(frameId, 'LambdaFunctionTimedOut', { lambdaFunctionTimedOutEventDetails: failure });
      return;
    case 'ACTIVITY':
      draft.advance(frameId, 'ActivityTimedOut', { activityTimedOutEventDetails: failure });
      return;
    case 'INTEGRATION':
      draft.advance(frameId, 'TaskTimedOut', {
        taskTimedOutEventDetails: { ...integrationNames(target), ...failure },
      });
  }
}
