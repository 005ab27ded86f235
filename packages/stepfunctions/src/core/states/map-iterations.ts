import type { MapState } from '../../language/definition.ts';
import { haltFrame } from '../abort.ts';
import { setActivity } from '../activity.ts';
import type { Draft } from '../draft.ts';
import type { MapActivity } from '../frame.ts';
import type { Executing } from '../input-output.ts';
import { enterFirstState } from '../transition.ts';
import { startChild } from './distributed-map.ts';
import { selectItem } from './map-items.ts';

/** Iterations of one inline Map state that run at once, at most, as in AWS. */
const MAX_INLINE = 40;

/** Child executions of one Map Run that run at once, at most. AWS has 10,000. */
const MAX_DISTRIBUTED = 1_000;

/** What the Map state of a frame is at. */
export function activityOf(draft: Draft, frameId: string): MapActivity {
  const activity = draft.frame(frameId).run?.activity;
  if (activity?.kind !== 'MAP') {
    throw new Error(`Frame ${frameId} is in no Map state`);
  }
  return activity;
}

/** Changes what the Map state of a frame is at. */
export function changeActivity(draft: Draft, frameId: string, changes: Partial<MapActivity>): void {
  setActivity(draft, frameId, { ...activityOf(draft, frameId), ...changes });
}

/**
 * Starts as many iterations as concurrency allows.
 *
 * @param previous the event that lets them start
 */
export async function startIterations(executing: Executing<MapState>, previous: number): Promise<void> {
  const { draft, frameId } = executing;
  const { mapRunArn, maxConcurrency, iterations, items } = activityOf(draft, frameId);
  const ceiling = mapRunArn === undefined ? MAX_INLINE : MAX_DISTRIBUTED;
  const allowed = Math.min(maxConcurrency === 0 ? ceiling : maxConcurrency, ceiling);
  let running = iterations.filter((id) => draft.frame(id).end === undefined).length;
  for (; running < allowed && activityOf(draft, frameId).nextIndex < items.length; running += 1) {
    try {
      await startIteration(executing, previous);
    } catch (error) {
      for (const id of activityOf(draft, frameId).iterations) {
        haltFrame(draft, id);
      }
      throw error;
    }
  }
}

async function startIteration(executing: Executing<MapState>, previous: number): Promise<void> {
  const { draft, frameId, run } = executing;
  const { nextIndex: index, items, batchSizes, selectorInput, mapRunArn, iterations } = activityOf(draft, frameId);
  const item = { index, value: items[index] ?? null };
  const input = batchSizes === undefined ? await selectItem(executing, selectorInput, item) : item.value;
  const frame = { parentId: frameId, index, variables: {}, item };
  const id =
    mapRunArn === undefined
      ? draft.addFrame({ ...frame, lastEventId: startedEvent(executing, index, previous, run.name) })
      : startChild(executing, frame, mapRunArn, input, batchSizes?.[index] ?? 1);
  changeActivity(draft, frameId, { nextIndex: index + 1, iterations: [...iterations, id] });
  enterFirstState(draft, id, input);
}

function startedEvent({ draft, frameId }: Executing, index: number, previous: number, name: string): number {
  return draft.append(frameId, 'MapIterationStarted', { mapIterationStartedEventDetails: { name, index } }, previous);
}
