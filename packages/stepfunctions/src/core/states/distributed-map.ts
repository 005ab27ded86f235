import { hash } from 'node:crypto';
import type { MapState } from '../../language/definition.ts';
import type { Json } from '../../language/json.ts';
import { haltFrame } from '../abort.ts';
import { cancelWork } from '../activity.ts';
import type { Draft } from '../draft.ts';
import type { Frame, MapActivity } from '../frame.ts';
import type { Executing } from '../input-output.ts';
import { jsonText } from '../json-text.ts';
import { allPending, changeMapRun, countMoved, exceedsTolerance, mapRunOf } from '../map-runs.ts';
import { StateFailed } from '../state-failed.ts';

const WHOLE = { truncated: false };

/** AWS's cause of a Map Run that exceeded its tolerated failures. */
const THRESHOLD_EXCEEDED = {
  error: 'States.ExceedToleratedFailureThreshold',
  cause: 'The specified tolerated failure threshold was exceeded',
};

/** Starts the Map Run of a distributed Map state and returns its ARN. */
export function startMapRun(
  { draft, frameId, state, run }: Executing<MapState>,
  itemCount: number,
  { items, maxConcurrency }: MapActivity,
  tolerance: { readonly count: number; readonly percentage: number },
): string {
  const label = state.Label ?? madeUpLabel(draft, run.name);
  const arn = `${draft.execution.stateMachineArn.replace(':stateMachine:', ':mapRun:')}/${label}:${draft.entropy.uuid()}`;
  draft.advance(frameId, 'MapRunStarted', { mapRunStartedEventDetails: { mapRunArn: arn } });
  const mapRun = {
    arn,
    frameId,
    stateName: run.name,
    label,
    status: 'RUNNING' as const,
    startedAt: draft.at,
    maxConcurrency,
    toleratedFailureCount: tolerance.count,
    toleratedFailurePercentage: tolerance.percentage,
    itemCounts: allPending(itemCount),
    executionCounts: allPending(items.length),
    redriveCount: 0,
  };
  draft.set({ mapRuns: [...draft.execution.mapRuns, mapRun] });
  return arn;
}

/** Starts a child execution and returns the id of its frame. */
export function startChild(
  { draft, frameId, state }: Executing<MapState>,
  frame: Omit<Frame, 'id' | 'lastEventId'>,
  mapRunArn: string,
  input: Json,
  itemCount: number,
): string {
  const name = draft.entropy.uuid();
  const arn = `${mapRunArn.slice(0, mapRunArn.lastIndexOf(':')).replace(':mapRun:', ':execution:')}:${name}`;
  const isExpress = state.ItemProcessor.ProcessorConfig?.ExecutionType === 'EXPRESS';
  const timeout = isExpress ? { timeout: draft.startExpressTimeout() } : {};
  const child = { arn, mapRunArn, name, input, startedAt: draft.at, nextEventId: 1, itemCount, ...timeout };
  const id = draft.addFrame({ ...frame, lastEventId: 0, child });
  const details = { input: jsonText(input), inputDetails: WHOLE, roleArn: draft.execution.roleArn };
  draft.append(id, 'ExecutionStarted', { executionStartedEventDetails: details });
  countMoved(draft, frameId, itemCount, 'pending', 'running');
  return id;
}

/**
 * Records the end of a child execution.
 *
 * @throws {StateFailed} The state has exceeded its tolerated failures.
 */
export function childEnded(
  { draft, frameId, state }: Executing<MapState>,
  { id, end, child, index, lastEventId }: Frame,
): void {
  if (child === undefined || end === undefined || end.status === 'ABORTED') {
    return;
  }
  draft.cancelTimer(child.timeout);
  if (end.status === 'SUCCEEDED') {
    const details = { output: jsonText(end.output), outputDetails: WHOLE };
    draft.append(id, 'ExecutionSucceeded', { executionSucceededEventDetails: details }, lastEventId);
    countMoved(draft, frameId, child.itemCount, 'running', 'succeeded');
    // What is written elsewhere need not be kept here.
    const output = state.ResultWriter?.Resource === undefined ? [[index, end.output] as const] : [];
    takeOutput(draft, frameId, id, output);
    return;
  }
  if (end.status === 'TIMED_OUT') {
    draft.append(id, 'ExecutionTimedOut', { executionTimedOutEventDetails: end.failure }, 0);
    countMoved(draft, frameId, child.itemCount, 'running', 'timedOut');
  } else {
    draft.append(id, 'ExecutionFailed', { executionFailedEventDetails: end.failure }, lastEventId);
    countMoved(draft, frameId, child.itemCount, 'running', 'failed');
  }
  const mapRun = mapRunOf(draft, frameId);
  if (mapRun === undefined || !exceedsTolerance(mapRun)) {
    return;
  }
  cancelWork(draft, frameId);
  const activity = draft.frame(frameId).run?.activity;
  for (const other of activity?.kind === 'MAP' ? activity.iterations : []) {
    if (draft.frame(other).end === undefined) {
      haltFrame(draft, other);
    }
  }
  changeMapRun(draft, mapRun.arn, () => ({ status: 'FAILED', stoppedAt: draft.at }));
  draft.advance(frameId, 'MapRunFailed', { mapRunFailedEventDetails: THRESHOLD_EXCEEDED });
  throw new StateFailed(THRESHOLD_EXCEEDED);
}

function takeOutput(draft: Draft, frameId: string, childId: string, output: MapActivity['outputs']): void {
  const frame = draft.edit(frameId);
  const activity = frame.run?.activity;
  if (frame.run === undefined || activity?.kind !== 'MAP') {
    return;
  }
  const iterations = activity.iterations.filter((id) => id !== childId);
  const outputs = [...activity.outputs, ...output];
  frame.run = { ...frame.run, activity: { ...activity, iterations, outputs } };
  draft.removeFrame(childId);
}

/** AWS generates a label when the machine is created, the same for every run of a state. */
function madeUpLabel(draft: Draft, stateName: string): string {
  const digits = hash('sha256', `${draft.execution.stateMachineArn} ${stateName}`);
  return [8, 12, 16, 20].reduce(
    (text, at, dash) => `${text.slice(0, at + dash)}-${text.slice(at + dash)}`,
    digits.slice(0, 32),
  );
}
