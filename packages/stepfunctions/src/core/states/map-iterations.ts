import type { MapState } from '../../language/definition.ts';
import { haltFrame } from '../abort.ts';
import { cancelWork } from '../activity.ts';
import type { Executing } from '../input-output.ts';
import { enterFirstState } from '../transition.ts';
import { startChild } from './distributed-map.ts';
import { activityOf, changeActivity } from './map-activity.ts';
import { selectItem } from './map-items.ts';
import { readNextItems } from './map-storage.ts';

/** The most iterations of an inline Map state that run at once, as on AWS. */
const MAX_INLINE = 40;

/** The most child executions of a Map Run that run at once. AWS allows 10,000. */
const MAX_DISTRIBUTED = 1_000;

/**
 * Starts as many iterations as the concurrency allows, and has more items read when all of them are started.
 *
 * @param previous the event that lets them start
 */
export async function startIterations(executing: Executing<MapState>, previous: number): Promise<void> {
  const { draft, frameId } = executing;
  const { mapRunArn, maxConcurrency, iterations, items, firstIndex = 0 } = activityOf(draft, frameId);
  const end = firstIndex + items.length;
  const ceiling = mapRunArn === undefined ? MAX_INLINE : MAX_DISTRIBUTED;
  const allowed = Math.min(maxConcurrency === 0 ? ceiling : maxConcurrency, ceiling);
  let running = iterations.filter((id) => draft.frame(id).end === undefined).length;
  for (; running < allowed && activityOf(draft, frameId).nextIndex < end; running += 1) {
    try {
      await startIteration(executing, previous);
    } catch (error) {
      cancelWork(draft, frameId);
      for (const id of activityOf(draft, frameId).iterations) {
        haltFrame(draft, id);
      }
      throw error;
    }
  }
  if (activityOf(draft, frameId).nextIndex >= end) {
    readNextItems(executing);
  }
}

async function startIteration(executing: Executing<MapState>, previous: number): Promise<void> {
  const { draft, frameId, run } = executing;
  const { nextIndex: index, firstIndex = 0, items, ...activity } = activityOf(draft, frameId);
  const { batchSizes, selectorInput, mapRunArn, iterations } = activity;
  const at = index - firstIndex;
  const item = { index, value: items[at] ?? null };
  const input = batchSizes === undefined ? await selectItem(executing, selectorInput, item) : item.value;
  const frame = { parentId: frameId, index, variables: {}, item };
  const id =
    mapRunArn === undefined
      ? draft.addFrame({ ...frame, lastEventId: startedEvent(executing, index, previous, run.name) })
      : startChild(executing, frame, mapRunArn, input, batchSizes?.[at] ?? 1);
  changeActivity(draft, frameId, { nextIndex: index + 1, iterations: [...iterations, id] });
  enterFirstState(draft, id, input);
}

function startedEvent({ draft, frameId }: Executing, index: number, previous: number, name: string): number {
  return draft.append(frameId, 'MapIterationStarted', { mapIterationStartedEventDetails: { name, index } }, previous);
}
