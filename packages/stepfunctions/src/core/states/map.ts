import type { MapState } from '../../language/definition.ts';
import type { Json } from '../../language/json.ts';
import { abortFrame, dropChildren } from '../abort.ts';
import { setActivity } from '../activity.ts';
import type { Frame, MapActivity, MapWork } from '../frame.ts';
import { type Executing, effectiveInput, exitAfterSuccess, type Outcome, WAIT } from '../input-output.ts';
import { countFound } from '../map-runs.ts';
import { numberField } from '../number-field.ts';
import { StateFailed } from '../state-failed.ts';
import { childEnded, startMapRun } from './distributed-map.ts';
import { activityOf, changeActivity, isExhausted } from './map-activity.ts';
import { batchItems, itemsOf } from './map-items.ts';
import { startIterations } from './map-iterations.ts';
import { type ReadItems, resultsWritten, sourceOf, writeResults } from './map-storage.ts';

/** Starts a Map state's first iterations. */
export async function executeMap(executing: Executing<MapState>): Promise<Outcome> {
  const { draft, frameId, state, run } = executing;
  const maxConcurrency =
    (await numberField(executing, 'MaxConcurrency', state.MaxConcurrency, state.MaxConcurrencyPath)) ?? 0;
  const selectorInput = effectiveInput(executing);
  const source = state.ItemReader && (await sourceOf(executing, state.ItemReader, selectorInput));
  const items = source ? [] : await itemsOf(executing, selectorInput);
  const batches = state.ItemBatcher && (await batchItems(executing, state.ItemBatcher, selectorInput, items));
  const started = draft.append(frameId, 'MapStateStarted', { mapStateStartedEventDetails: { length: items.length } });
  // AWS evaluates it only now, so an error follows the state's entry.
  const tolerance = await toleranceOf(executing);
  draft.edit(frameId).lastEventId = started;
  const activity: MapActivity = {
    kind: 'MAP',
    items: batches?.inputs ?? items,
    ...(batches ? { batchSizes: batches.sizes } : {}),
    ...(source ? { source } : {}),
    selectorInput,
    nextIndex: 0,
    iterations: [],
    outputs: [],
    maxConcurrency,
  };
  const distributed = state.ItemProcessor.ProcessorConfig?.Mode === 'DISTRIBUTED';
  setActivity(
    draft,
    frameId,
    distributed ? { ...activity, mapRunArn: startMapRun(executing, items.length, activity, tolerance) } : activity,
  );
  await startIterations({ ...executing, run: draft.frame(frameId).run ?? run }, draft.frame(frameId).lastEventId);
  return items.length === 0 ? await completeIfOver(executing) : WAIT;
}

/** An iteration has ended: the next one starts, the state completes, or it fails. */
export async function iterationEnded(executing: Executing<MapState>, iteration: Frame): Promise<Outcome> {
  if (iteration.child !== undefined) {
    childEnded(executing, iteration);
  } else {
    inlineEnded(executing, iteration);
  }
  await startIterations(executing, iteration.lastEventId);
  return await completeIfOver(executing);
}

/** The shell has read the next items, or has written the results. */
export async function workDone(executing: Executing<MapState>, work: MapWork, output: Json): Promise<Outcome> {
  const { draft, frameId, state } = executing;
  changeActivity(draft, frameId, { work: undefined });
  if (work.target.kind === 'RESULT_WRITER') {
    return await completeMap(executing, resultsWritten(draft, frameId, output));
  }
  const { items, total = 0, cursor } = output as unknown as ReadItems;
  const { source, selectorInput, nextIndex, mapRunArn = '' } = activityOf(draft, frameId);
  const batcher = state.ItemBatcher;
  const batches = batcher && (await batchItems(executing, batcher, selectorInput, items, source?.read));
  countFound(draft, mapRunArn, total, batches ? batches.inputs.length : total);
  changeActivity(draft, frameId, {
    items: batches?.inputs ?? items,
    firstIndex: nextIndex,
    ...(batches ? { batchSizes: batches.sizes } : {}),
    source: {
      request: source?.request ?? {},
      read: (source?.read ?? 0) + items.length,
      ...(cursor === undefined ? {} : { cursor }),
    },
  });
  await startIterations(executing, draft.frame(frameId).lastEventId);
  return await completeIfOver(executing);
}

async function completeIfOver(executing: Executing<MapState>): Promise<Outcome> {
  const { draft, frameId, state } = executing;
  const activity = activityOf(draft, frameId);
  if (!isExhausted(activity) || activity.iterations.some((id) => draft.frame(id).end === undefined)) {
    return WAIT;
  }
  if (state.ResultWriter?.Resource === undefined) {
    return await completeMap(executing);
  }
  await writeResults(executing);
  return WAIT;
}

/**
 * Completes the state: all iterations have ended, with no more failures than it tolerates.
 *
 * @param written what the state answers where its results were written elsewhere
 */
async function completeMap(executing: Executing<MapState>, written?: Json): Promise<Outcome> {
  const { draft, frameId } = executing;
  const { outputs, mapRunArn } = activityOf(draft, frameId);
  const runSucceeded = mapRunArn === undefined ? undefined : draft.append(frameId, 'MapRunSucceeded', {});
  const succeeded = draft.append(frameId, 'MapStateSucceeded', {}, runSucceeded);
  if (mapRunArn !== undefined) {
    const { mapRuns } = draft.execution;
    draft.set({
      mapRuns: mapRuns.map((run) =>
        run.arn === mapRunArn ? { ...run, status: 'SUCCEEDED', stoppedAt: draft.at } : run,
      ),
    });
  }
  dropChildren(draft, frameId);
  const result = written ?? outputs.toSorted(([a], [b]) => a - b).map(([, output]) => output);
  return await exitAfterSuccess(executing, result, succeeded);
}

function inlineEnded({ draft, frameId, run }: Executing<MapState>, iteration: Frame): void {
  const activity = activityOf(draft, frameId);
  const details = { name: run.name, index: iteration.index };
  const { end, lastEventId } = iteration;
  if (end?.status === 'FAILED') {
    draft.append(frameId, 'MapIterationFailed', { mapIterationFailedEventDetails: details }, lastEventId);
    abortFrame(draft, iteration.id, lastEventId);
    for (const id of activity.iterations) {
      const other = draft.frame(id);
      if (other.end !== undefined) {
        continue;
      }
      const aborted = { name: run.name, index: other.index };
      draft.append(frameId, 'MapIterationAborted', { mapIterationAbortedEventDetails: aborted }, lastEventId);
      abortFrame(draft, id, lastEventId);
    }
    draft.edit(frameId).lastEventId = lastEventId;
    throw new StateFailed(end.failure);
  }
  if (end?.status !== 'SUCCEEDED') {
    return;
  }
  const succeeded = { mapIterationSucceededEventDetails: details };
  draft.advance(frameId, 'MapIterationSucceeded', succeeded, lastEventId);
  changeActivity(draft, frameId, {
    iterations: activity.iterations.filter((id) => id !== iteration.id),
    outputs: [...activity.outputs, [iteration.index, end.output]],
  });
  draft.removeFrame(iteration.id);
}

async function toleranceOf(executing: Executing<MapState>): Promise<{ count: number; percentage: number }> {
  const { state } = executing;
  const count = await numberField(
    executing,
    'ToleratedFailureCount',
    state.ToleratedFailureCount,
    state.ToleratedFailureCountPath,
  );
  const percentage = await numberField(
    executing,
    'ToleratedFailurePercentage',
    state.ToleratedFailurePercentage,
    state.ToleratedFailurePercentagePath,
  );
  return { count: count ?? 0, percentage: percentage ?? 0 };
}
