import { cancelWork, haltActivity, setActivity } from './activity.ts';
import type { Draft } from './draft.ts';
import type { Frame } from './frame.ts';
import { changeMapRun, countMoved } from './map-runs.ts';
import { stateOf } from './state-graph.ts';

/** The frames that a frame's state holds. */
export function childrenOf(draft: Draft, frameId: string): readonly string[] {
  const activity = draft.frame(frameId).run?.activity;
  if (activity?.kind === 'PARALLEL') {
    return activity.branches;
  }
  return activity?.kind === 'MAP' ? activity.iterations : [];
}

/**
 * Aborts a frame because another one failed, and records the abort from the outermost state inwards. A frame that
 * failed keeps its error; a frame that succeeded is in no state, and stays as it is.
 *
 * @param previous the event that caused it
 */
export function abortFrame(draft: Draft, frameId: string, previous: number): void {
  const { end, run } = draft.frame(frameId);
  if (run === undefined) {
    return;
  }
  recordAborted(draft, frameId, previous);
  const { activity } = run;
  const distributed = activity?.kind === 'MAP' && activity.mapRunArn !== undefined;
  for (const child of end === undefined ? childrenOf(draft, frameId) : []) {
    if (distributed) {
      haltFrame(draft, child);
      continue;
    }
    if (activity?.kind === 'MAP') {
      const details = { name: run.name, index: draft.frame(child).index };
      draft.append(frameId, 'MapIterationAborted', { mapIterationAbortedEventDetails: details }, previous);
    }
    abortFrame(draft, child, previous);
  }
  stop(draft, frameId);
}

/** Stops a frame and all frames within it, without an event in the execution's history. */
export function haltFrame(draft: Draft, frameId: string): void {
  for (const child of childrenOf(draft, frameId)) {
    haltFrame(draft, child);
  }
  const { child, end, parentId } = draft.frame(frameId);
  if (child !== undefined && parentId !== undefined && end === undefined) {
    draft.append(frameId, 'ExecutionAborted', { executionAbortedEventDetails: {} }, 0);
    countMoved(draft, parentId, child.itemCount, 'running', 'aborted');
  }
  stop(draft, frameId);
}

/** Removes the frames that a state holds. They must have ended or been halted. */
export function dropChildren(draft: Draft, frameId: string): void {
  cancelWork(draft, frameId);
  const children = childrenOf(draft, frameId);
  for (const child of children) {
    dropChildren(draft, child);
    draft.removeFrame(child);
  }
  const kind = draft.frame(frameId).run?.activity?.kind;
  if (kind === 'PARALLEL' || kind === 'MAP') {
    setActivity(draft, frameId, undefined);
  }
}

function stop(draft: Draft, frameId: string): void {
  haltActivity(draft, frameId);
  const frame: Frame = draft.frame(frameId);
  const activity = frame.run?.activity;
  if (activity?.kind === 'MAP' && activity.mapRunArn !== undefined) {
    changeMapRun(draft, activity.mapRunArn, (mapRun) =>
      mapRun.status === 'RUNNING' ? { status: 'ABORTED', stoppedAt: draft.at } : {},
    );
  }
  draft.cancelTimer(frame.child?.timeout);
  if (frame.end === undefined) {
    draft.edit(frameId).end = { status: 'ABORTED' };
  }
}

function recordAborted(draft: Draft, frameId: string, previous: number): void {
  const { Type: type } = stateOf(draft, frameId);
  if (type === 'Task' || type === 'Wait' || type === 'Parallel' || type === 'Map') {
    draft.append(frameId, `${type}StateAborted`, {}, previous);
  }
}
