import { endActivity, setActivity } from './activity.ts';
import type { Draft } from './draft.ts';
import { abortExecution, timeOut } from './end.ts';
import type { ExecutionEvent } from './event.ts';
import { ROOT_FRAME, type Timer } from './execution.ts';
import { startExecutionTimeout } from './execution-timeout.ts';
import type { Failure, Frame, TaskActivity } from './frame.ts';
import { attempt, runUntilIdle } from './interpreter.ts';
import { changeMapRun } from './map-runs.ts';
import { WAIT } from './outcome.ts';
import { notRedrivableReason, redrive } from './redrive.ts';
import { StateFailed } from './state-failed.ts';
import { startIterations } from './states/map-iterations.ts';
import { completeTask, failTask, timeOutTask } from './states/task.ts';
import { leaveWait } from './states/wait.ts';
import { recordStarted, recordSubmitted } from './task-history.ts';
import { enterFirstState } from './transition.ts';

/** Does what an event asks for, and nothing when it no longer concerns the execution. */
export async function handleEvent(draft: Draft, event: ExecutionEvent): Promise<void> {
  if (draft.execution.status !== 'RUNNING' && event.type !== 'RedriveRequested') return;
  switch (event.type) {
    case 'RedriveRequested':
      if (notRedrivableReason(draft.execution) === undefined) redrive(draft);
      return;
    case 'ExecutionStarted':
      start(draft);
      return;
    case 'StopRequested':
      abortExecution(draft, failureOf(event));
      return;
    case 'TimerFired':
      await timerFired(draft, event.timerId);
      return;
    case 'MapRunUpdated':
      await mapRunUpdated(draft, event);
      return;
    case 'TaskStarted':
    case 'TaskSubmitted':
    case 'TaskSubmitFailed':
    case 'TaskSucceeded':
    case 'TaskFailed':
    case 'TaskHeartbeat':
    case 'TaskRestarted':
      await taskEvent(draft, event);
  }
}

type TaskEvent = Extract<ExecutionEvent, { readonly taskId: string }>;

function start(draft: Draft): void {
  const { startedAt, input, roleArn, aliasArn, versionArn } = draft.execution;
  if (startedAt !== 0) return;
  draft.set({ startedAt: draft.at });
  const details = {
    input,
    inputDetails: { truncated: false },
    roleArn,
    ...(aliasArn === undefined ? {} : { stateMachineAliasArn: aliasArn }),
    ...(versionArn === undefined ? {} : { stateMachineVersionArn: versionArn }),
  };
  // The first state follows nothing: AWS gives it the previous event 0.
  draft.append(ROOT_FRAME, 'ExecutionStarted', { executionStartedEventDetails: details }, 0);
  startExecutionTimeout(draft);
  enterFirstState(draft, ROOT_FRAME, draft.input);
}

async function taskEvent(draft: Draft, event: TaskEvent): Promise<void> {
  const found = frameWithTask(draft, event.taskId);
  if (found === undefined) return;
  const { frame, task } = found;
  switch (event.type) {
    case 'TaskStarted':
      if (task.started) return;
      recordStarted(draft, frame.id, task, event.workerName);
      setActivity(draft, frame.id, { ...beating(draft, task), started: true });
      return;
    case 'TaskRestarted':
      recordStarted(draft, frame.id, task);
      return;
    case 'TaskSubmitted':
      if (task.submitted !== undefined) return;
      recordSubmitted(draft, frame.id, task, event.output);
      setActivity(draft, frame.id, { ...task, submitted: { output: event.output } });
      return;
    case 'TaskHeartbeat':
      if (task.heartbeat !== undefined) setActivity(draft, frame.id, beating(draft, task));
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
          ? failTask({ state, ...rest }, task, failureOf(event), event.type === 'TaskSubmitFailed')
          : WAIT,
      );
  }
}

async function timerFired(draft: Draft, timerId: string): Promise<void> {
  if (draft.execution.timeout?.timerId === timerId) {
    timeOut(draft);
    return;
  }
  for (const frame of Object.values(draft.execution.frames)) {
    const activity = frame.run?.activity;
    switch (activity?.kind) {
      case 'WAIT':
        if (activity.timer.timerId !== timerId) continue;
        endActivity(draft, frame.id, timerId);
        await attempt(draft, frame.id, async ({ state, ...rest }) =>
          state.Type === 'Wait' ? await leaveWait({ state, ...rest }) : WAIT,
        );
        return;
      case 'RETRY':
      case 'PAUSE':
        if (activity.timer.timerId !== timerId) continue;
        endActivity(draft, frame.id, timerId);
        draft.ready.push(frame.id);
        return;
      case 'TASK':
        if (activity.timeout?.timerId !== timerId && activity.heartbeat?.timerId !== timerId) continue;
        await tasksTimedOut(draft, frame.id, timerId);
        return;
      default:
    }
  }
}

/**
 * The time of a task is over. Tasks of other branches and iterations whose time is over as well have timed out before
 * the first one's failure can reach them: AWS records them so.
 */
async function tasksTimedOut(draft: Draft, firstId: string, firedTimerId: string): Promise<void> {
  const due = Object.values(draft.execution.frames).flatMap(({ id, run }) => {
    const task = run?.activity;
    const timer = task?.kind === 'TASK' ? dueTimer(task, draft.at, firedTimerId) : undefined;
    return task?.kind === 'TASK' && timer !== undefined ? [{ id, failure: timeOutTask(draft, id, task, timer) }] : [];
  });
  const first = due.filter(({ id }) => id === firstId);
  for (const { id, failure } of [...first, ...due.filter((other) => !first.includes(other))]) {
    if (!draft.hasFrame(id) || draft.frame(id).end !== undefined) continue;
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

async function mapRunUpdated(
  draft: Draft,
  update: Extract<ExecutionEvent, { readonly type: 'MapRunUpdated' }>,
): Promise<void> {
  const mapRun = draft.execution.mapRuns.find(({ arn, status }) => arn === update.mapRunArn && status === 'RUNNING');
  if (mapRun === undefined) return;
  const { maxConcurrency, toleratedFailureCount, toleratedFailurePercentage } = { ...mapRun, ...update };
  changeMapRun(draft, mapRun.arn, () => ({ maxConcurrency, toleratedFailureCount, toleratedFailurePercentage }));
  const activity = draft.frame(mapRun.frameId).run?.activity;
  if (activity?.kind !== 'MAP') return;
  setActivity(draft, mapRun.frameId, { ...activity, maxConcurrency });
  await attempt(draft, mapRun.frameId, async ({ state, ...rest }) => {
    if (state.Type === 'Map') await startIterations({ state, ...rest }, draft.frame(mapRun.frameId).lastEventId);
    return WAIT;
  });
}

function frameWithTask(
  draft: Draft,
  taskId: string,
): { readonly frame: Frame; readonly task: TaskActivity } | undefined {
  for (const frame of Object.values(draft.execution.frames)) {
    const activity = frame.run?.activity;
    if (activity?.kind === 'TASK' && activity.taskId === taskId) return { frame, task: activity };
  }
  return undefined;
}

/** The task with its heartbeat clock set back. */
function beating(draft: Draft, task: TaskActivity): TaskActivity {
  if (task.heartbeatSeconds === undefined) return task;
  draft.cancelTimer(task.heartbeat);
  return { ...task, heartbeat: draft.startTimer(draft.at + task.heartbeatSeconds * 1000) };
}

function failureOf({ error, cause }: { readonly error?: string; readonly cause?: string }): Failure {
  return { ...(error === undefined ? {} : { error }), ...(cause === undefined ? {} : { cause }) };
}
