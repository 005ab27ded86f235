import type { TaskState } from '../../language/definition.ts';
import type { Json } from '../../language/json.ts';
import { StatesError } from '../../language/states-error.ts';
import { resolvedParameterFaults } from '../../service-models/parameter-faults.ts';
import { operationOf, type Shape } from '../../service-models/service-model.ts';
import { endActivity, setActivity } from '../activity.ts';
import type { Draft } from '../draft.ts';
import type { TaskTarget } from '../effect.ts';
import type { Failure, TaskActivity, Timer } from '../frame.ts';
import { argumentsOf, type Executing, type Outcome, resultExit, WAIT } from '../input-output.ts';
import { exceedsPayloadLimit, jsonText } from '../json-text.ts';
import { numberField } from '../number-field.ts';
import { runTask } from '../outstanding-effects.ts';
import { payloadTooLarge, StateFailed } from '../state-failed.ts';
import { recordFailed, recordScheduled, recordSucceeded, recordTimedOut } from '../task-history.ts';
import { integrationNames, parseTaskTarget } from '../task-target.ts';

/** Schedules a Task state's task. */
export async function executeTask(executing: Executing<TaskState>): Promise<Outcome> {
  const { draft, frameId, state, run } = executing;
  const { target, takes } = calledBy(state);
  const mocked = mockOf(executing);
  if (target.kind === 'ACTIVITY' && mocked.mock === undefined && draft.missingActivities.includes(target.activityArn)) {
    throw new StatesError('States.Runtime', `The activity ${target.activityArn} does not exist.`);
  }
  const waitsForToken = target.kind === 'INTEGRATION' && target.pattern === 'WAIT_FOR_TASK_TOKEN';
  const token = waitsForToken || target.kind === 'ACTIVITY' ? draft.entropy.token() : undefined;
  const input = await argumentsOf(executing, waitsForToken ? token : undefined);
  refuseParameters(target, takes, state, input);
  if (exceedsPayloadLimit(input)) {
    throw payloadTooLarge(run.name);
  }
  const timeoutSeconds = await numberField(executing, 'TimeoutSeconds', state.TimeoutSeconds, state.TimeoutSecondsPath);
  const heartbeatSeconds = await numberField(
    executing,
    'HeartbeatSeconds',
    state.HeartbeatSeconds,
    state.HeartbeatSecondsPath,
  );
  const task: TaskActivity = {
    kind: 'TASK',
    taskId: draft.newTaskId(),
    ...(token === undefined ? {} : { token }),
    target,
    input,
    started: false,
    ...mocked,
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
    ...(heartbeatSeconds === undefined ? {} : { heartbeatSeconds }),
  };
  recordScheduled(draft, frameId, task);
  draft.effects.push(runTask(task));
  setActivity(draft, frameId, {
    ...task,
    ...(timeoutSeconds === undefined ? {} : { timeout: draft.startTimer(draft.at + timeoutSeconds * 1000) }),
    // An activity's heartbeat counts from the moment a worker takes it.
    ...(heartbeatSeconds === undefined || target.kind === 'ACTIVITY'
      ? {}
      : { heartbeat: draft.startTimer(draft.at + heartbeatSeconds * 1000) }),
  });
  return WAIT;
}

/** By which the mock file of a test case finds the task's answer. Nothing when the case does not name the state. */
function mockOf({ draft, run }: Executing<TaskState>): Pick<TaskActivity, 'mock'> {
  const { testCase, mockedStates = [], stateMachineName } = draft.execution;
  return testCase === undefined || !mockedStates.includes(run.name)
    ? {}
    : { mock: { stateMachine: stateMachineName, testCase, state: run.name, attempt: run.retryCount } };
}

/** What a state calls, and the parameters that the service's API takes, where the engine knows it. */
interface Called {
  readonly target: TaskTarget;
  readonly takes: Shape | undefined;
}

const called = new WeakMap<TaskState, Called>();

function calledBy(state: TaskState): Called {
  let known = called.get(state);
  if (known === undefined) {
    const target = parseTaskTarget(state.Resource);
    const takes =
      target.kind === 'INTEGRATION' ? operationOf(target.service, target.action, target.sdk)?.input : undefined;
    known = { target, takes };
    called.set(state, known);
  }
  return known;
}

/** Refuses parameters that the service's API does not take, and that only became known now. */
function refuseParameters(target: TaskTarget, takes: Shape | undefined, state: TaskState, parameters: Json): void {
  if (target.kind !== 'INTEGRATION' || takes === undefined) {
    return;
  }
  const isJsonata = state.QueryLanguage === 'JSONata';
  const template = isJsonata ? undefined : state.Parameters;
  const faults = resolvedParameterFaults(parameters, takes, { template, textAttributes: !target.sdk });
  if (faults.length > 0) {
    const field = isJsonata ? 'Arguments' : 'Parameters';
    const cause = `The ${field} '${jsonText(parameters)}' could not be used to start the Task: [${faults.join(', ')}]`;
    throw new StatesError('States.Runtime', cause);
  }
}

/** Handles a task's result. */
export async function completeTask(
  executing: Executing<TaskState>,
  task: TaskActivity,
  result: Json,
): Promise<Outcome> {
  const { draft, frameId, state } = executing;
  if (exceedsPayloadLimit(result)) {
    const error = payloadTooLarge(targetName(task));
    return failTask(executing, task, { error: error.errorName, cause: error.message });
  }
  endActivity(draft, frameId);
  recordSucceeded(draft, frameId, task, result);
  return { kind: 'EXIT', ...(await resultExit(executing, result)), next: state.Next };
}

/** Handles a task's error. */
export function failTask(
  { draft, frameId }: Executing<TaskState>,
  task: TaskActivity,
  failure: Failure,
  submit = false,
): never {
  endActivity(draft, frameId);
  recordFailed(draft, frameId, task, failure, submit);
  throw new StateFailed(failure);
}

/** Records a timeout or a missed heartbeat, and returns the error to fail with. */
export function timeOutTask(draft: Draft, frameId: string, task: TaskActivity, timer: Timer): Failure {
  const failure = { error: timer === task.heartbeat ? 'States.HeartbeatTimeout' : 'States.Timeout' };
  draft.effects.push({ type: 'CancelTask', taskId: task.taskId });
  endActivity(draft, frameId, timer.timerId);
  recordTimedOut(draft, frameId, task, failure);
  return failure;
}

function targetName({ target }: TaskActivity): string {
  switch (target.kind) {
    case 'LAMBDA_FUNCTION':
      return target.functionArn;
    case 'ACTIVITY':
      return target.activityArn;
    case 'INTEGRATION':
      return integrationNames(target).resourceType;
  }
}
