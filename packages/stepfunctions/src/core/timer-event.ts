import { endActivity } from './activity.ts';
import type { Draft } from './draft.ts';
import { timeOut } from './execution-end.ts';
import { timeOutChild } from './fail.ts';
import type { TaskActivity, Timer } from './frame.ts';
import { WAIT } from './input-output.ts';
import { attempt, runUntilIdle } from './interpreter.ts';
import { StateFailed } from './state-failed.ts';
import { timeOutTask } from './states/task.ts';
import { leaveWait } from './states/wait.ts';

/** Handles a timer that fired, and ignores one that was cancelled. */
export async function handleTimer(draft: Draft, timerId: string): Promise<void> {
  if (draft.execution.timeout?.timerId === timerId) {
    timeOut(draft);
    return;
  }
  for (const frame of Object.values(draft.execution.frames)) {
    if (frame.child?.timeout?.timerId === timerId && frame.end === undefined) {
      timeOutChild(draft, frame.id);
      return;
    }
    const activity = frame.run?.activity;
    switch (activity?.kind) {
      case 'WAIT':
        if (activity.timer.timerId !== timerId) {
          continue;
        }
        endActivity(draft, frame.id, timerId);
        await attempt(draft, frame.id, async ({ state, ...rest }) =>
          state.Type === 'Wait' ? await leaveWait({ state, ...rest }) : WAIT,
        );
        return;
      case 'RETRY':
      case 'PAUSE':
        if (activity.timer.timerId !== timerId) {
          continue;
        }
        endActivity(draft, frame.id, timerId);
        draft.ready.push(frame.id);
        return;
      case 'TASK':
        if (activity.timeout?.timerId !== timerId && activity.heartbeat?.timerId !== timerId) {
          continue;
        }
        await tasksTimedOut(draft, frame.id, timerId);
        return;
      default:
    }
  }
}

/**
 * Times a task out. Tasks of other branches and iterations that are due as well time out first, before the failure
 * aborts them, as AWS records it.
 */
async function tasksTimedOut(draft: Draft, firstId: string, firedTimerId: string): Promise<void> {
  const due = Object.values(draft.execution.frames).flatMap(({ id, run }) => {
    const task = run?.activity;
    const timer = task?.kind === 'TASK' ? dueTimer(task, draft.at, firedTimerId) : undefined;
    return task?.kind === 'TASK' && timer !== undefined ? [{ id, failure: timeOutTask(draft, id, task, timer) }] : [];
  });
  const first = due.filter(({ id }) => id === firstId);
  for (const { id, failure } of [...first, ...due.filter((other) => !first.includes(other))]) {
    if (!draft.hasFrame(id) || draft.frame(id).end !== undefined) {
      continue;
    }
    await attempt(draft, id, async () => {
      throw new StateFailed(failure);
    });
    await runUntilIdle(draft);
  }
}

function dueTimer({ timeout, heartbeat }: TaskActivity, at: number, firedTimerId: string): Timer | undefined {
  const timers = [timeout, heartbeat].filter((timer) => timer !== undefined);
  return timers.find(({ timerId }) => timerId === firedTimerId) ?? timers.find((timer) => timer.at <= at);
}
