import type { Draft } from './draft.ts';
import type { Activity } from './frame.ts';

/** Sets what a frame's state waits for. */
export function setActivity(draft: Draft, frameId: string, activity: Activity | undefined): void {
  const frame = draft.edit(frameId);
  if (frame.run === undefined) {
    throw new Error(`Frame ${frameId} is in no state`);
  }
  frame.run = { ...frame.run, activity };
}

/** Ends a wait that is over, and cancels its timers except the one that fired. */
export function endActivity(draft: Draft, frameId: string, firedTimerId?: string): void {
  const activity = draft.frame(frameId).run?.activity;
  if (activity === undefined) {
    return;
  }
  for (const timer of timersOf(activity)) {
    if (timer.timerId !== firedTimerId) {
      draft.cancelTimer(timer);
    }
  }
  setActivity(draft, frameId, undefined);
}

/** Cancels what the shell does for a frame's Map state. */
export function cancelWork(draft: Draft, frameId: string): void {
  const activity = draft.frame(frameId).run?.activity;
  if (activity?.kind === 'MAP' && activity.work !== undefined) {
    draft.effects.push({ type: 'CancelTask', taskId: activity.work.taskId });
    setActivity(draft, frameId, { ...activity, work: undefined });
  }
}

/** Gives up a wait: cancels the task and the timers. Branches and iterations stay. */
export function haltActivity(draft: Draft, frameId: string): void {
  cancelWork(draft, frameId);
  const activity = draft.frame(frameId).run?.activity;
  if (activity === undefined || activity.kind === 'PARALLEL' || activity.kind === 'MAP') {
    return;
  }
  if (activity.kind === 'TASK') {
    draft.effects.push({ type: 'CancelTask', taskId: activity.taskId });
  }
  endActivity(draft, frameId);
}

function timersOf(activity: Activity) {
  switch (activity.kind) {
    case 'TASK':
      return [activity.timeout, activity.heartbeat].filter((timer) => timer !== undefined);
    case 'WAIT':
    case 'RETRY':
    case 'PAUSE':
      return [activity.timer];
    case 'PARALLEL':
    case 'MAP':
      return [];
  }
}
