import type { HistoryEvent } from '@aws-sdk/client-sfn';
import * as z from 'zod';

// The states of one execution of the order saga, from its definition and its history. The saga has no Parallel and no Map
// state, so the state that was entered last is the one that every later event belongs to.

/** What has become of a state. CAUGHT: it failed, and a Catch went on elsewhere. */
export type SagaStateStatus = 'NOT_REACHED' | 'RUNNING' | 'SUCCEEDED' | 'CAUGHT' | 'FAILED' | 'ABORTED' | 'TIMED_OUT';

/** An error as operators read it. */
export interface SagaError {
  readonly name: string;
  /** The message; of Lambda's JSON its `errorMessage` alone. */
  readonly message?: string;
}

/** One state of the definition, and what the history says of it. */
export interface SagaState {
  readonly name: string;
  /** Task, Choice, Succeed, … */
  readonly type: string;
  readonly comment?: string;
  /** The states that may follow. */
  readonly next: readonly string[];
  /** Those of them that follow only an error. */
  readonly after_error: readonly string[];
  readonly status: SagaStateStatus;
  /** Calls of its task, over all redrives. */
  readonly attempts: number;
  /** ISO 8601. */
  readonly entered_at?: string;
  readonly exited_at?: string;
  /** What its last attempt was given. */
  readonly input?: unknown;
  readonly output?: unknown;
  /** The error of the last attempt that failed. */
  readonly error?: SagaError;
  /** While it waits for its next attempt: the latest time of that, by its Retry. ISO 8601. */
  readonly retried_by?: string;
}

/** One event of the history. */
export interface SagaEvent {
  readonly id: number;
  /** ISO 8601. */
  readonly at: string;
  /** As Step Functions calls it, such as TaskSucceeded. */
  readonly type: string;
  /** The state that it belongs to. */
  readonly state?: string;
}

const retrierSchema = z.looseObject({
  ErrorEquals: z.array(z.string()),
  IntervalSeconds: z.number().default(1),
  BackoffRate: z.number().default(2),
  MaxDelaySeconds: z.number().optional(),
  MaxAttempts: z.number().default(3),
});

const definitionSchema = z.object({
  StartAt: z.string(),
  States: z.record(
    z.string(),
    z.looseObject({
      Type: z.string(),
      Comment: z.string().optional(),
      Next: z.string().optional(),
      Default: z.string().optional(),
      Choices: z.array(z.looseObject({ Next: z.string() })).optional(),
      Catch: z.array(z.looseObject({ Next: z.string() })).optional(),
      Retry: z.array(retrierSchema).optional(),
    }),
  ),
});

/** The states of the definition with what happened in them, in the sequence of the definition. @throws Error for no ASL */
export function sagaStates(
  definition: string,
  history: readonly HistoryEvent[],
): { readonly start_at: string; readonly states: readonly SagaState[] } {
  const { StartAt, States } = definitionSchema.parse(JSON.parse(definition));
  const runs = runsOfStates(history);
  const states = Object.entries(States).map(([name, { Type, Comment, Next, Default, Choices, Catch, Retry = [] }]) => {
    const regular = [Next, Default, ...(Choices ?? []).map((each) => each.Next)].filter(isText);
    const caught = (Catch ?? []).map((each) => each.Next);
    return {
      name,
      type: Type,
      ...(Comment !== undefined && { comment: Comment }),
      next: [...new Set([...regular, ...caught])],
      after_error: [...new Set(caught)].filter((each) => !regular.includes(each)),
      ...stateOf(runs.get(name), Retry),
    };
  });
  return { start_at: StartAt, states };
}

const MAX_EVENTS = 300;

/** The last events of a history, oldest first, each with the state that it belongs to. */
export function sagaEvents(history: readonly HistoryEvent[]): readonly SagaEvent[] {
  let state = '';
  const events = history.map(({ id = 0, type = '', timestamp, stateEnteredEventDetails }) => {
    state = stateEnteredEventDetails?.name ?? state;
    const isOfState = state !== '' && !type.startsWith('Execution');
    return { id, at: (timestamp ?? new Date(0)).toISOString(), type, ...(isOfState && { state }) };
  });
  return events.slice(-MAX_EVENTS);
}

type StateRun = Omit<SagaState, 'name' | 'type' | 'comment' | 'next' | 'after_error' | 'retried_by'> & {
  /** True while the last attempt has failed. */
  readonly hasFailed?: boolean;
  /** When an attempt failed the last time, and how many have failed since the state was entered. */
  readonly failedAt?: number;
  readonly failures?: number;
};

type Retrier = z.infer<typeof retrierSchema>;

function stateOf(run: StateRun | undefined, retriers: readonly Retrier[]) {
  const { hasFailed, failedAt, failures, ...shownRun } = run ?? { status: 'NOT_REACHED' as const, attempts: 0 };
  if (shownRun.status !== 'RUNNING' || hasFailed !== true || failedAt === undefined) {
    return shownRun;
  }
  const longestMs = longestPauseMs(retriers, shownRun.error?.name, failures ?? 1);
  return longestMs === undefined ? shownRun : { ...shownRun, retried_by: new Date(failedAt + longestMs).toISOString() };
}

/** The longest pause before the next attempt: jitter only shortens it. Undefined where there is no further attempt. */
function longestPauseMs(retriers: readonly Retrier[], error: string | undefined, failures: number): number | undefined {
  const retrier = retriers.find(({ ErrorEquals }) =>
    ErrorEquals.some((name) => name === error || name === 'States.ALL' || name === 'States.TaskFailed'),
  );
  if (retrier === undefined || failures > retrier.MaxAttempts) {
    return undefined;
  }
  const { IntervalSeconds, BackoffRate, MaxDelaySeconds = Number.POSITIVE_INFINITY } = retrier;
  return 1_000 * Math.min(IntervalSeconds * BackoffRate ** (failures - 1), MaxDelaySeconds);
}

/** What the history says of each state that was entered. */
function runsOfStates(history: readonly HistoryEvent[]): ReadonlyMap<string, StateRun> {
  const runs = new Map<string, StateRun>();
  let current = '';
  for (const event of history) {
    current = event.stateEnteredEventDetails?.name ?? current;
    const run = runs.get(current) ?? { status: 'RUNNING', attempts: 0 };
    if (current !== '') {
      runs.set(current, { ...run, ...changeBy(event, run) });
    }
  }
  return runs;
}

/** What one event changes of the state that it belongs to. */
function changeBy(event: HistoryEvent, { attempts, hasFailed, failures = 0 }: StateRun): Partial<StateRun> {
  const { stateEnteredEventDetails, stateExitedEventDetails, taskScheduledEventDetails, type = '' } = event;
  if (stateEnteredEventDetails !== undefined) {
    const data = dataOf('input', stateEnteredEventDetails.input);
    return { status: 'RUNNING', hasFailed: false, failures: 0, ...timeOf('entered_at', event), ...data };
  }
  if (taskScheduledEventDetails !== undefined) {
    return { attempts: attempts + 1, hasFailed: false, ...taskInput(taskScheduledEventDetails.parameters) };
  }
  if (stateExitedEventDetails !== undefined) {
    const data = dataOf('output', stateExitedEventDetails.output);
    return { status: hasFailed === true ? 'CAUGHT' : 'SUCCEEDED', ...timeOf('exited_at', event), ...data };
  }
  if (type === 'ExecutionRedriven') {
    return { status: 'RUNNING' };
  }
  const error = errorOf(event);
  const end = ENDS[type];
  if (end !== undefined) {
    return { status: end, ...timeOf('exited_at', event), ...(error !== undefined && { error }) };
  }
  const failedAt = event.timestamp?.getTime();
  return error === undefined
    ? {}
    : { error, hasFailed: true, failures: failures + 1, ...(failedAt !== undefined && { failedAt }) };
}

function timeOf(name: 'entered_at' | 'exited_at', { timestamp }: HistoryEvent) {
  return timestamp === undefined ? {} : { [name]: timestamp.toISOString() };
}

const ENDS: Readonly<Record<string, SagaStateStatus>> = {
  ExecutionFailed: 'FAILED',
  ExecutionAborted: 'ABORTED',
  ExecutionTimedOut: 'TIMED_OUT',
};

/** The error that an event reports; events of success have none. */
function errorOf(event: HistoryEvent): SagaError | undefined {
  const details =
    event.taskFailedEventDetails ??
    event.taskTimedOutEventDetails ??
    event.taskSubmitFailedEventDetails ??
    event.taskStartFailedEventDetails ??
    event.evaluationFailedEventDetails ??
    event.executionFailedEventDetails ??
    event.executionAbortedEventDetails ??
    event.executionTimedOutEventDetails;
  return details === undefined ? undefined : sagaError(details);
}

const MAX_MESSAGE_LENGTH = 1_000;

const lambdaCause = z.object({ errorMessage: z.string() });

/** The error in short: Lambda's cause is JSON with a stack trace, of which the message is kept. */
export function sagaError({
  error,
  cause,
}: {
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
}): SagaError {
  const inner = cause === undefined ? undefined : lambdaCause.safeParse(parsed(cause)).data?.errorMessage;
  const message = (inner ?? cause)?.slice(0, MAX_MESSAGE_LENGTH);
  return { name: error ?? 'unknown', ...(message !== undefined && message !== '' && { message }) };
}

/** What a task was called with. An empty object is what states of the saga hand on, and says nothing. */
function taskInput(parameters: string | undefined) {
  const value = parsed(parameters ?? '');
  const payload = z.object({ Payload: z.unknown() }).safeParse(value).data?.Payload ?? value;
  return value === undefined ? {} : { input: shown(payload) };
}

function dataOf<const Name extends 'input' | 'output'>(name: Name, text: string | undefined) {
  const value = parsed(text ?? '');
  return value === undefined || JSON.stringify(value) === '{}' ? {} : { [name]: shown(value) };
}

/** Whoever holds a task token can complete the task, and a payment method can be charged: neither leaves the system. */
const SECRETS: ReadonlySet<string> = new Set(['task_token', 'TaskToken', 'method', 'payment_method']);
const MAX_DATA_LENGTH = 4_096;

/** Data as operators may see it: without secrets, and cut where it is long. */
export function shown(value: unknown): unknown {
  const text = JSON.stringify(value, (name, part: unknown) =>
    SECRETS.has(name) && part !== null ? '(not shown)' : part,
  );
  return text.length > MAX_DATA_LENGTH ? { cut: text.slice(0, MAX_DATA_LENGTH) } : (JSON.parse(text) as unknown);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A plain text, such as the cause of an error of our own.
    return undefined;
  }
}

function isText(value: string | undefined): value is string {
  return value !== undefined;
}
