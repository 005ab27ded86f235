import { childrenOf, dropChildren } from './abort.ts';
import type { Draft } from './draft.ts';
import { type Execution, ROOT_FRAME } from './execution.ts';
import { startExecutionTimeout } from './execution-end.ts';
import type { FrameEnd } from './frame.ts';
import { MAX_HISTORY_EVENTS } from './history-event.ts';
import { type CountColumn, changeMapRun, countMoved, mapRunOf } from './map-runs.ts';
import { repeatWork } from './states/map-storage.ts';
import { enterFirstState } from './transition.ts';

/** Why an execution cannot be redriven, or undefined if it can. */
export function notRedrivableReason(execution: Execution): string | undefined {
  if (execution.type === 'EXPRESS') {
    return 'Execution is of an Express state machine and cannot be redriven';
  }
  if (execution.status === 'RUNNING') {
    return 'Execution is RUNNING and cannot be redriven';
  }
  if (execution.status === 'SUCCEEDED') {
    return 'Execution is SUCCEEDED and cannot be redriven';
  }
  if (execution.nextEventId >= MAX_HISTORY_EVENTS) {
    return 'Execution has too many history events to be redriven';
  }
  return undefined;
}

/**
 * Resumes an execution where it failed. Each state that was entered and not left runs again with its old input and
 * fresh retries. Branches, iterations and child executions that succeeded stay as they are.
 */
export function redrive(draft: Draft): void {
  const redriveCount = draft.execution.redriveCount + 1;
  draft.set({
    status: 'RUNNING',
    output: undefined,
    error: undefined,
    cause: undefined,
    stoppedAt: undefined,
    redriveCount,
    redriveDate: draft.at,
  });
  const details = { redriveCount };
  const redriven = draft.append(ROOT_FRAME, 'ExecutionRedriven', { executionRedrivenEventDetails: details }, 0);
  startExecutionTimeout(draft);
  resume(draft, ROOT_FRAME, redriven);
}

/** Resumes a frame that did not succeed. */
function resume(draft: Draft, frameId: string, previous: number): void {
  const frame = draft.edit(frameId);
  frame.end = undefined;
  const { run } = frame;
  if (run === undefined) {
    enterFirstState(draft, frameId, frame.child?.input ?? draft.input);
    return;
  }
  frame.run = { ...run, attempts: [], retryCount: 0 };
  const children = childrenOf(draft, frameId).filter((id) => draft.frame(id).end?.status !== 'SUCCEEDED');
  const hasFailedWork = run.activity?.kind === 'MAP' && run.activity.failedWork !== undefined;
  if (children.length === 0 && !hasFailedWork) {
    dropChildren(draft, frameId);
    frame.lastEventId = previous;
    draft.ready.push(frameId);
    return;
  }
  const distributed = resumeMapRun(draft, frameId, previous);
  if (hasFailedWork) {
    repeatWork(draft, frameId);
  }
  for (const child of children) {
    if (distributed) {
      resumeChild(draft, frameId, child);
    } else {
      resume(draft, child, previous);
    }
  }
}

function resumeMapRun(draft: Draft, frameId: string, previous: number): boolean {
  const mapRun = mapRunOf(draft, frameId);
  if (mapRun === undefined) {
    return false;
  }
  const redriveCount = mapRun.redriveCount + 1;
  const changes = { status: 'RUNNING' as const, stoppedAt: undefined, redriveCount, redriveDate: draft.at };
  changeMapRun(draft, mapRun.arn, () => changes);
  const details = { mapRunArn: mapRun.arn, redriveCount };
  draft.advance(frameId, 'MapRunRedriven', { mapRunRedrivenEventDetails: details }, previous);
  return true;
}

function resumeChild(draft: Draft, mapFrameId: string, childId: string): void {
  const { child, end } = draft.frame(childId);
  if (child === undefined) {
    return;
  }
  countMoved(draft, mapFrameId, child.itemCount, columnOf(end), 'running');
  const details = { redriveCount: mapRunOf(draft, mapFrameId)?.redriveCount ?? 1 };
  const redriven = draft.append(childId, 'ExecutionRedriven', { executionRedrivenEventDetails: details }, 0);
  if (child.timeout !== undefined) {
    startAnew(draft, childId);
  }
  resume(draft, childId, redriven);
}

/** An Express child keeps nothing to go on from: it begins with its first state, and has its five minutes again. */
function startAnew(draft: Draft, childId: string): void {
  dropChildren(draft, childId);
  const frame = draft.edit(childId);
  frame.run = undefined;
  frame.variables = {};
  if (frame.child !== undefined) {
    frame.child = { ...frame.child, timeout: draft.startExpressTimeout() };
  }
}

function columnOf(end: FrameEnd | undefined): CountColumn {
  switch (end?.status) {
    case 'FAILED':
      return 'failed';
    case 'TIMED_OUT':
      return 'timedOut';
    default:
      return 'aborted';
  }
}
