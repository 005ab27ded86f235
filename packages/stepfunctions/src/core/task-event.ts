import { setActivity } from './activity.ts';
import type { Draft } from './draft.ts';
import type { ExecutionEvent } from './event.ts';
import type { Frame, TaskActivity } from './frame.ts';
import { WAIT } from './input-output.ts';
import { attempt } from './interpreter.ts';
import { givenFailure } from './state-failed.ts';
import { workDone } from './states/map.ts';
import { storageFailed } from './states/map-storage.ts';
import { completeTask, failTask } from './states/task.ts';
import { recordStarted, recordSubmitted } from './task-history.ts';

/** An event about a task. */
export type TaskEvent = Extract<ExecutionEvent, { readonly taskId: string }>;

/** Handles an event of a task, and ignores it when the task is no longer running. */
export async function handleTaskEvent(draft: Draft, event: TaskEvent): Promise<void> {
  const found = frameWithTask(draft, event.taskId);
  if (found === undefined) {
    await handleWorkEvent(draft, event);
    return;
  }
  const { frame, task } = found;
  switch (event.type) {
    case 'TaskStarted':
      if (task.started) {
        return;
      }
      recordStarted(draft, frame.id, task, event.workerName);
      setActivity(draft, frame.id, { ...beating(draft, task), started: true });
      return;
    case 'TaskRestarted':
      // The shell does not run an activity's task: a worker polls for it or has it.
      if (task.target.kind !== 'ACTIVITY') {
        recordStarted(draft, frame.id, task);
      }
      return;
    case 'TaskSubmitted':
      if (task.submitted !== undefined) {
        return;
      }
      recordSubmitted(draft, frame.id, task, event.output);
      setActivity(draft, frame.id, { ...task, submitted: { output: event.output } });
      return;
    case 'TaskHeartbeat':
      if (task.heartbeat !== undefined) {
        setActivity(draft, frame.id, beating(draft, task));
      }
      return;
    case 'TaskSucceeded':
      await attempt(draft, frame.id, async ({ state, ...rest }) =>
        state.Type === 'Task' ? await completeTask({ state, ...rest }, task, event.output) : WAIT,
      );
      return;
    case 'TaskFailed':
    case 'TaskSubmitFailed':
      await attempt(draft, frame.id, async ({ state, ...rest }) =>
        state.Type === 'Task'
          ? failTask({ state, ...rest }, task, givenFailure(event), event.type === 'TaskSubmitFailed')
          : WAIT,
      );
  }
}

/** Handles the outcome of what the shell did for a Map state itself. */
async function handleWorkEvent(draft: Draft, event: TaskEvent): Promise<void> {
  for (const { id, run } of Object.values(draft.execution.frames)) {
    const work = run?.activity?.kind === 'MAP' ? run.activity.work : undefined;
    if (work?.taskId !== event.taskId) {
      continue;
    }
    await attempt(draft, id, async ({ state, ...rest }) => {
      if (state.Type !== 'Map') {
        return WAIT;
      }
      if (event.type === 'TaskFailed') {
        storageFailed({ state, ...rest }, work, givenFailure(event));
      }
      return event.type === 'TaskSucceeded' ? await workDone({ state, ...rest }, work, event.output) : WAIT;
    });
    return;
  }
}

function frameWithTask(
  draft: Draft,
  taskId: string,
): { readonly frame: Frame; readonly task: TaskActivity } | undefined {
  for (const frame of Object.values(draft.execution.frames)) {
    const activity = frame.run?.activity;
    if (activity?.kind === 'TASK' && activity.taskId === taskId) {
      return { frame, task: activity };
    }
  }
  return undefined;
}

/** The task with its heartbeat timer restarted. */
function beating(draft: Draft, task: TaskActivity): TaskActivity {
  if (task.heartbeatSeconds === undefined) {
    return task;
  }
  draft.cancelTimer(task.heartbeat);
  return { ...task, heartbeat: draft.startTimer(draft.at + task.heartbeatSeconds * 1000) };
}
