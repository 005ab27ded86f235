import { setActivity } from '../activity.ts';
import type { Draft } from '../draft.ts';
import type { MapActivity } from '../frame.ts';

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

/** Whether all items that the state knows have an iteration, and no more will be read. */
export function isExhausted({ nextIndex, firstIndex = 0, items, work, source }: MapActivity): boolean {
  return nextIndex >= firstIndex + items.length && work === undefined && source?.cursor === undefined;
}
