import type { Draft } from './draft.ts';
import { abortExecution } from './end.ts';
import type { ExecutionEvent } from './event.ts';
import { ROOT_FRAME } from './execution.ts';
import { startExecutionTimeout } from './execution-timeout.ts';
import { updateMapRun } from './map-run-update.ts';
import { notRedrivableReason, redrive } from './redrive.ts';
import { givenFailure } from './state-failed.ts';
import { handleTaskEvent } from './task-event.ts';
import { handleTimer } from './timer-event.ts';
import { enterFirstState } from './transition.ts';

/** Does what an event asks for, and nothing when it no longer concerns the execution. */
export async function handleEvent(draft: Draft, event: ExecutionEvent): Promise<void> {
  if (draft.execution.status !== 'RUNNING' && event.type !== 'RedriveRequested') {
    return;
  }
  switch (event.type) {
    case 'RedriveRequested':
      if (notRedrivableReason(draft.execution) === undefined) {
        redrive(draft);
      }
      return;
    case 'ExecutionStarted':
      start(draft);
      return;
    case 'StopRequested':
      abortExecution(draft, givenFailure(event));
      return;
    case 'TimerFired':
      await handleTimer(draft, event.timerId);
      return;
    case 'MapRunUpdated':
      await updateMapRun(draft, event);
      return;
    case 'TaskStarted':
    case 'TaskSubmitted':
    case 'TaskSubmitFailed':
    case 'TaskSucceeded':
    case 'TaskFailed':
    case 'TaskHeartbeat':
    case 'TaskRestarted':
      await handleTaskEvent(draft, event);
  }
}

function start(draft: Draft): void {
  const { startedAt, input, roleArn, aliasArn, versionArn } = draft.execution;
  if (startedAt !== 0) {
    return;
  }
  draft.set({ startedAt: draft.at });
  const details = {
    input,
    inputDetails: { truncated: false },
    roleArn,
    ...(aliasArn === undefined ? {} : { stateMachineAliasArn: aliasArn }),
    ...(versionArn === undefined ? {} : { stateMachineVersionArn: versionArn }),
  };
  // The first state follows nothing: AWS gives it the previous event 0.
  draft.append(ROOT_FRAME, 'ExecutionStarted', { executionStartedEventDetails: details }, 0);
  startExecutionTimeout(draft);
  enterFirstState(draft, ROOT_FRAME, draft.input);
}
