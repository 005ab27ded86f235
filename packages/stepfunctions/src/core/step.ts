import type { StateMachineDefinition } from '../language/definition.ts';
import { setActivity } from './activity.ts';
import { type ChildHistory, Draft } from './draft.ts';
import type { Effect } from './effect.ts';
import type { ExecutionEvent } from './event.ts';
import { type Execution, ROOT_FRAME } from './execution.ts';
import { abortExecution, startExecutionTimeout } from './execution-end.ts';
import type { HistoryEvent } from './history-event.ts';
import { WAIT } from './input-output.ts';
import { attempt, guarded, runUntilIdle } from './interpreter.ts';
import { changeMapRun } from './map-runs.ts';
import { notRedrivableReason, redrive } from './redrive.ts';
import { givenFailure } from './state-failed.ts';
import { startIterations } from './states/map-iterations.ts';
import { handleTaskEvent } from './task-event.ts';
import { handleTimer } from './timer-event.ts';
import { enterFirstState } from './transition.ts';

export type { ChildHistory } from './draft.ts';
export { createExecution } from './execution.ts';
export { outstandingEffects } from './outstanding-effects.ts';
export { notRedrivableReason } from './redrive.ts';

/** The result of a step. The shell commits it as one transaction, then runs the effects. */
export interface StepResult {
  readonly execution: Execution;
  /** The events that the step appends. */
  readonly history: readonly HistoryEvent[];
  readonly effects: readonly Effect[];
  /** What it appends to the histories of distributed Maps' child executions, each numbered on its own. */
  readonly childHistory: readonly ChildHistory[];
}

/**
 * Applies one event to an execution, and runs the execution until it has to wait. The result depends on the arguments
 * alone. An event that no longer matters (a late answer, an old timer) changes nothing: the result holds the same
 * execution object.
 */
export async function step(
  definition: StateMachineDefinition,
  execution: Execution,
  event: ExecutionEvent,
): Promise<StepResult> {
  const draft = new Draft(definition, execution, event);
  await guarded(draft, () => handleEvent(draft, event));
  await runUntilIdle(draft);
  return draft.result();
}

/** Applies an event, or ignores it when it no longer concerns the execution. */
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

/** UpdateMapRun: changes a running Map Run, which may let more child executions start. */
async function updateMapRun(
  draft: Draft,
  update: Extract<ExecutionEvent, { readonly type: 'MapRunUpdated' }>,
): Promise<void> {
  const mapRun = draft.execution.mapRuns.find(({ arn, status }) => arn === update.mapRunArn && status === 'RUNNING');
  if (mapRun === undefined) {
    return;
  }
  const { maxConcurrency, toleratedFailureCount, toleratedFailurePercentage } = { ...mapRun, ...update };
  changeMapRun(draft, mapRun.arn, () => ({ maxConcurrency, toleratedFailureCount, toleratedFailurePercentage }));
  const activity = draft.frame(mapRun.frameId).run?.activity;
  if (activity?.kind !== 'MAP') {
    return;
  }
  setActivity(draft, mapRun.frameId, { ...activity, maxConcurrency });
  await attempt(draft, mapRun.frameId, async ({ state, ...rest }) => {
    if (state.Type === 'Map') {
      await startIterations({ state, ...rest }, draft.frame(mapRun.frameId).lastEventId);
    }
    return WAIT;
  });
}
