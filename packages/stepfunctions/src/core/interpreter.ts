import { StatesError } from '../language/states-error.ts';
import type { Draft } from './draft.ts';
import { endWithRoot } from './execution-end.ts';
import { failState, failWhole } from './fail.ts';
import { HistoryFull } from './history-event.ts';
import type { Executing, Outcome } from './input-output.ts';
import { StateFailed } from './state-failed.ts';
import { stateOf } from './state-graph.ts';
import { executeChoice } from './states/choice.ts';
import { executeMap, iterationEnded } from './states/map.ts';
import { branchEnded, executeParallel } from './states/parallel.ts';
import { executePass } from './states/pass.ts';
import { executeTask } from './states/task.ts';
import { executeFail, executeSucceed } from './states/terminal.ts';
import { executeWait } from './states/wait.ts';
import { leaveState } from './transition.ts';

/** Executes states until every frame waits for something or the execution has ended. */
export async function runUntilIdle(draft: Draft): Promise<void> {
  while (draft.execution.status === 'RUNNING') {
    const ended = draft.ended.shift();
    if (ended !== undefined) {
      await guarded(draft, () => tellParent(draft, ended));
      continue;
    }
    const ready = draft.ready.shift();
    if (ready === undefined) {
      return;
    }
    if (isReady(draft, ready)) {
      await attempt(draft, ready, (executing) => executeState(executing));
    }
  }
}

/** Runs work of a frame's state, then leaves the state or handles its failure. */
export async function attempt(
  draft: Draft,
  frameId: string,
  work: (executing: Executing) => Promise<Outcome>,
): Promise<void> {
  await guarded(draft, async () => {
    try {
      const outcome = await work(executingOf(draft, frameId));
      if (outcome.kind === 'EXIT') {
        leaveState(draft, frameId, outcome);
      }
    } catch (error) {
      if (!(error instanceof StatesError || error instanceof StateFailed)) {
        throw error;
      }
      await failState(draft, frameId, error);
    }
  });
}

/** Runs work, and fails the execution if its history is full. */
export async function guarded(draft: Draft, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof HistoryFull)) {
      throw error;
    }
    failWhole(draft, error.frameId, { error: 'States.Runtime', cause: error.message }, error.lastEventId);
  }
}

function executingOf(draft: Draft, frameId: string): Executing {
  const { run } = draft.frame(frameId);
  if (run === undefined) {
    throw new Error(`Frame ${frameId} is in no state`);
  }
  return { draft, frameId, state: stateOf(draft, frameId), run };
}

function isReady(draft: Draft, frameId: string): boolean {
  if (!draft.hasFrame(frameId)) {
    return false;
  }
  const { run, end } = draft.frame(frameId);
  return run !== undefined && run.activity === undefined && end === undefined;
}

function executeState({ state, ...rest }: Executing): Promise<Outcome> {
  switch (state.Type) {
    case 'Pass':
      return executePass({ state, ...rest });
    case 'Task':
      return executeTask({ state, ...rest });
    case 'Choice':
      return executeChoice({ state, ...rest });
    case 'Wait':
      return executeWait({ state, ...rest });
    case 'Succeed':
      return executeSucceed({ state, ...rest });
    case 'Fail':
      return executeFail({ state, ...rest });
    case 'Parallel':
      return executeParallel({ state, ...rest });
    case 'Map':
      return executeMap({ state, ...rest });
  }
}

async function tellParent(draft: Draft, frameId: string): Promise<void> {
  if (!draft.hasFrame(frameId)) {
    return;
  }
  const frame = draft.frame(frameId);
  if (frame.parentId === undefined) {
    endWithRoot(draft);
    return;
  }
  const parent = draft.frame(frame.parentId);
  // Another frame may have failed the parent in the meantime.
  if (parent.end !== undefined || !holds(parent.run?.activity, frameId)) {
    return;
  }
  await attempt(draft, parent.id, ({ state, ...rest }) => {
    if (state.Type === 'Parallel') {
      return branchEnded({ state, ...rest }, frame);
    }
    if (state.Type === 'Map') {
      return iterationEnded({ state, ...rest }, frame);
    }
    throw new Error(`A ${state.Type} state holds no frames`);
  });
}

function holds(activity: NonNullable<Executing['run']>['activity'], frameId: string): boolean {
  if (activity?.kind === 'PARALLEL') {
    return activity.branches.includes(frameId);
  }
  return activity?.kind === 'MAP' && activity.iterations.includes(frameId);
}
