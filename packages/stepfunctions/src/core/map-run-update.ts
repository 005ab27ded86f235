import { setActivity } from './activity.ts';
import type { Draft } from './draft.ts';
import type { ExecutionEvent } from './event.ts';
import { attempt } from './interpreter.ts';
import { changeMapRun } from './map-runs.ts';
import { WAIT } from './outcome.ts';
import { startIterations } from './states/map-iterations.ts';

/** UpdateMapRun: changes a running Map Run, which may let more child executions start. */
export async function updateMapRun(
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
