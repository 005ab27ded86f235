import type { MapState } from '../../language/definition.ts';
import { haltFrame } from '../abort.ts';
import { setActivity } from '../activity.ts';
import type { Draft } from '../draft.ts';
import type { MapActivity } from '../frame.ts';
import type { Executing } from '../input-output.ts';
import { enterFirstState } from '../transition.ts';
import { startChild } from './distributed-map.ts';
import { selectItem } from './map-items.ts';

/** The most iterations of an inline Map state that run at once, as on AWS. */
const MAX_INLINE = 40;

/** The most child executions of a Map Run that run at once. AWS allows 10,000. */
const MAX_DISTRIBUTED = 1_000;

/** The progress of a frame's Map state. */
export function activityOf(draft: Draft, frameId: string): MapActivity {
  const activity = draft.frame(frameId).run?.activity;
  if (activity?.kind !== 'MAP') {
    throw new Error(`Frame ${frameId} is in no Map state`);
  }
  return activity;
}

/** Changes the progress of a frame's Map state. */
export function changeActivity(draft: Draft, frameId: string, changes: Partial<MapActivity>): void {
  setActivity(draft, frameId, { ...activityOf(draft, frameId), ...changes });
}

/**
 * Starts as many iterations as the concurrency allows.
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
