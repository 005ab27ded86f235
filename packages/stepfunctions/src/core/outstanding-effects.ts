import type { Effect } from './effect.ts';
import type { Execution } from './execution.ts';
import type { Activity, MapWork, TaskActivity, Timer } from './frame.ts';

/**
 * The effects that the shell must run again after a restart: all running tasks and all timers. The shell therefore
 * stores no effects.
 */
export function outstandingEffects(execution: Execution): readonly Effect[] {
  if (execution.status !== 'RUNNING') {
    return [];
  }
  const ofFrames = Object.values(execution.frames).flatMap(({ run, child, end }) => [
    ...(run?.activity ? ofActivity(run.activity) : []),
    ...(child?.timeout && end === undefined ? [setTimer(child.timeout)] : []),
  ]);
  return execution.timeout ? [setTimer(execution.timeout), ...ofFrames] : ofFrames;
}

/** The effect that runs a task, or resumes a running one. */
export function runTask(task: TaskActivity): Effect {
  return {
    type: 'RunTask',
    taskId: task.taskId,
    ...(task.token === undefined ? {} : { token: task.token }),
    target: task.target,
    input: task.input,
    ...(task.timeoutSeconds === undefined ? {} : { timeoutSeconds: task.timeoutSeconds }),
    ...(task.heartbeatSeconds === undefined ? {} : { heartbeatSeconds: task.heartbeatSeconds }),
    ...(task.started ? { started: true } : {}),
    ...(task.submitted ? { submitted: task.submitted } : {}),
    ...(task.mock ? { mock: task.mock } : {}),
  };
}

/** The effect that does the work of a Map state itself. */
export function runMapWork({ taskId, target, input }: MapWork): Effect {
  return { type: 'RunTask', taskId, target, input };
}

/** The effect that sets a timer. */
export function setTimer({ timerId, at }: Timer): Effect {
  return { type: 'SetTimer', timerId, at };
}

function ofActivity(activity: Activity): readonly Effect[] {
  switch (activity.kind) {
    case 'TASK':
      return [
        runTask(activity),
        ...(activity.timeout ? [setTimer(activity.timeout)] : []),
        ...(activity.heartbeat ? [setTimer(activity.heartbeat)] : []),
      ];
    case 'WAIT':
    case 'RETRY':
    case 'PAUSE':
      return [setTimer(activity.timer)];
    case 'MAP':
      return activity.work ? [runMapWork(activity.work)] : [];
    case 'PARALLEL':
      return [];
  }
}
