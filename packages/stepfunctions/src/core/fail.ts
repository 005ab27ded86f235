import { StatesError } from '../language/states-error.ts';
import { childrenOf, dropChildren, haltFrame } from './abort.ts';
import { haltActivity } from './activity.ts';
import type { Draft } from './draft.ts';
import type { Failure, FrameEnd, StateRun } from './frame.ts';
import { catchExit, type Executing } from './input-output.ts';
import { matchesError, nextAttempt } from './retry.ts';
import { failureOf, isFatal, type StateFailed } from './state-failed.ts';
import { stateOf } from './state-graph.ts';
import { leaveState } from './transition.ts';

/** Handles the failure of a frame's state: retries it, catches the error, or fails the frame. */
export async function failState(draft: Draft, frameId: string, error: StateFailed | StatesError): Promise<void> {
  const run = runOf(draft, frameId);
  const failure = failureOf(error, run);
  recordEvaluationFailed(draft, frameId, run, error, failure);
  if (isFatal(error)) {
    failWhole(draft, frameId, failure);
    return;
  }
  if (retried(draft, frameId, failure)) {
    return;
  }
  if (await caught(draft, frameId, failure)) {
    return;
  }
  endFailed(draft, frameId, failure);
}

/**
 * Fails the execution, or the child execution of the frame, with an error that nothing can catch.
 *
 * @param lastEventId the event that the failure follows
 */
export function failWhole(
  draft: Draft,
  frameId: string,
  failure: Failure,
  lastEventId = draft.frame(frameId).lastEventId,
): void {
  endWhole(draft, frameId, { status: 'FAILED', failure }, lastEventId);
}

/** Ends an Express child execution that has run for too long. Nothing in it can catch that. */
export function timeOutChild(draft: Draft, frameId: string): void {
  endWhole(draft, frameId, { status: 'TIMED_OUT', failure: { error: 'States.Timeout' } }, 0);
}

function endWhole(draft: Draft, frameId: string, end: FrameEnd, lastEventId: number): void {
  const stream = draft.streamOf(frameId);
  draft.edit(frameId).end = end;
  for (const child of childrenOf(draft, stream)) {
    haltFrame(draft, child);
  }
  haltActivity(draft, stream);
  const whole = draft.edit(stream);
  whole.lastEventId = lastEventId;
  whole.end = end;
  draft.ended.push(stream);
}

function retried(draft: Draft, frameId: string, failure: Failure): boolean {
  const state = stateOf(draft, frameId);
  if (!('Retry' in state) || state.Retry === undefined) {
    return false;
  }
  const { attempts, retryCount } = runOf(draft, frameId);
  const next = nextAttempt(state.Retry, attempts, failure, () => draft.entropy.fraction());
  if (next === undefined) {
    return false;
  }
  dropChildren(draft, frameId);
  draft.edit(frameId).run = {
    ...runOf(draft, frameId),
    attempts: next.attempts,
    retryCount: retryCount + 1,
    activity: { kind: 'RETRY', timer: draft.startWait(draft.at + Math.round(next.delaySeconds * 1000)) },
  };
  return true;
}

async function caught(draft: Draft, frameId: string, failure: Failure): Promise<boolean> {
  const state = stateOf(draft, frameId);
  if (!('Catch' in state)) {
    return false;
  }
  const index = state.Catch?.findIndex(({ ErrorEquals }) => matchesError(ErrorEquals, failure)) ?? -1;
  const catcher = state.Catch?.[index];
  if (catcher === undefined) {
    return false;
  }
  const run = runOf(draft, frameId);
  const executing: Executing = { draft, frameId, state, run };
  try {
    const exit = await catchExit(executing, catcher, index, {
      ...(failure.error === undefined ? {} : { Error: failure.error }),
      // AWS gives a Catcher an empty cause where there is none, as after a timeout.
      Cause: failure.cause ?? '',
    });
    recordStateFailed(draft, frameId);
    dropChildren(draft, frameId);
    leaveState(draft, frameId, { kind: 'EXIT', ...exit, next: catcher.Next });
  } catch (error) {
    if (!(error instanceof StatesError)) {
      throw error;
    }
    const inCatcher = failureOf(error, run);
    if (isFatal(error)) {
      failWhole(draft, frameId, inCatcher);
      return true;
    }
    // The state fails twice: with the error that it catches, and with that of its Catcher.
    const { lastEventId } = draft.frame(frameId);
    recordStateFailed(draft, frameId);
    recordEvaluationFailed(draft, frameId, run, error, inCatcher, lastEventId);
    endFailed(draft, frameId, inCatcher);
  }
  return true;
}

function endFailed(draft: Draft, frameId: string, failure: Failure): void {
  recordStateFailed(draft, frameId);
  draft.edit(frameId).end = { status: 'FAILED', failure };
  draft.ended.push(frameId);
}

function recordStateFailed(draft: Draft, frameId: string): void {
  const { Type: type } = stateOf(draft, frameId);
  if (type === 'Map' || type === 'Parallel') {
    draft.advance(frameId, `${type}StateFailed`, {});
  }
}

function recordEvaluationFailed(
  draft: Draft,
  frameId: string,
  run: StateRun,
  error: StateFailed | StatesError,
  failure: Failure,
  lastEventId = draft.frame(frameId).lastEventId,
): void {
  if (!(error instanceof StatesError) || error.errorName !== 'States.QueryEvaluationError') {
    return;
  }
  const location = error.location === undefined ? {} : { location: error.location };
  draft.advance(
    frameId,
    'EvaluationFailed',
    { evaluationFailedEventDetails: { ...failure, ...location, state: run.name } },
    lastEventId === run.enteredEventId && !error.ofValue ? run.beforeEnteredEventId : lastEventId,
  );
}

function runOf(draft: Draft, frameId: string): StateRun {
  const { run } = draft.frame(frameId);
  if (run === undefined) {
    throw new Error(`Frame ${frameId} is in no state`);
  }
  return run;
}
