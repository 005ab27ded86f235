import type { ParallelState } from '../../language/definition.ts';
import { abortFrame, dropChildren } from '../abort.ts';
import { setActivity } from '../activity.ts';
import type { Frame } from '../frame.ts';
import { argumentsOf, type Executing, exitAfterSuccess, type Outcome, WAIT } from '../input-output.ts';
import { StateFailed } from '../state-failed.ts';
import { enterFirstState } from '../transition.ts';

/** Starts all branches. */
export async function executeParallel(executing: Executing<ParallelState>): Promise<Outcome> {
  const { draft, frameId, state } = executing;
  const input = await argumentsOf(executing);
  const started = draft.advance(frameId, 'ParallelStateStarted', {});
  const branches = state.Branches.map((_, index) =>
    draft.addFrame({ parentId: frameId, index, variables: {}, lastEventId: started }),
  );
  setActivity(draft, frameId, { kind: 'PARALLEL', branches });
  for (const branch of branches) {
    enterFirstState(draft, branch, input);
  }
  return WAIT;
}

/** Handles the end of a branch. The first failure fails the state; the last success completes it. */
export async function branchEnded(executing: Executing<ParallelState>, branch: Frame): Promise<Outcome> {
  const { draft, frameId, run } = executing;
  if (run.activity?.kind !== 'PARALLEL') {
    return WAIT;
  }
  if (branch.end?.status === 'FAILED') {
    abortFrame(draft, branch.id, branch.lastEventId);
    for (const other of run.activity.branches) {
      if (other !== branch.id) {
        abortFrame(draft, other, branch.lastEventId);
      }
    }
    draft.edit(frameId).lastEventId = branch.lastEventId;
    throw new StateFailed(branch.end.failure);
  }
  const outputs = run.activity.branches.map((id) => draft.frame(id).end);
  const result = outputs.flatMap((end) => (end?.status === 'SUCCEEDED' ? [end.output] : []));
  if (result.length < outputs.length) {
    return WAIT;
  }
  draft.edit(frameId).lastEventId = branch.lastEventId;
  const succeeded = draft.append(frameId, 'ParallelStateSucceeded', {});
  dropChildren(draft, frameId);
  return await exitAfterSuccess(executing, result, succeeded);
}
