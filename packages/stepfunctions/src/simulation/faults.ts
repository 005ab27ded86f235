import type { Json, JsonObject } from '../language/json.ts';

/** How the work behind a Task state turns out. It depends on the task's input alone, never on time or crashes. */
export interface TaskPlan {
  /** It fails as long as the state's `RetryCount` is below this. */
  readonly failuresBeforeRetry: number;
  /** It fails as long as the execution's `RedriveCount` is below this. */
  readonly failuresBeforeRedrive: number;
  /** Of the inputs only every so manieth fails. */
  readonly everyNth: number;
}

/** What comes of a task: a result, an error, or silence until its time is over. */
export type TaskOutcome =
  | { readonly kind: 'RESULT'; readonly output: Json }
  | { readonly kind: 'ERROR'; readonly error: string; readonly cause: string }
  | { readonly kind: 'SILENCE' };

/** How the tasks of one machine fail: all in one way, so that it does not matter which of several comes first. */
export type FailureKind = 'ERROR' | 'SILENCE';

export const TASK_ERROR = { error: 'Boom', cause: 'as planned' };

/** What comes of a task with this input, which `MachineMaker` has its states send. */
export function outcomeOf(plan: TaskPlan, kind: FailureKind, input: JsonObject): TaskOutcome {
  const { n, retry, redrive } = input;
  if (typeof n !== 'number' || typeof retry !== 'number' || typeof redrive !== 'number') {
    throw new Error(`A simulated task was sent ${JSON.stringify(input)}`);
  }
  const fails = retry < plan.failuresBeforeRetry || redrive < plan.failuresBeforeRedrive;
  if (!fails || n % plan.everyNth !== 0) {
    return { kind: 'RESULT', output: { n: (n * 7 + 3) % 1000 } };
  }
  return kind === 'ERROR' ? { kind, ...TASK_ERROR } : { kind };
}

/** How likely things go wrong, each a probability from 0 to 1. */
export interface Faults {
  /** The process dies, at each of two moments of a step: before it is written down, and before its effects run. */
  readonly crash: number;
  /** An answer is lost on its way, and asked for again. */
  readonly lose: number;
  /** An answer comes twice. */
  readonly duplicate: number;
  /** A timer fires late. */
  readonly late: number;
  /** What was cancelled happens all the same. */
  readonly stale: number;
  /** Somebody stops the execution; only machines that heal by a redrive. */
  readonly stop: number;
  /** A step is made twice, to see that it depends on nothing but its arguments and leaves them alone. */
  readonly suspicion: number;
}

/** Nothing goes wrong. */
export const NO_FAULTS: Faults = { crash: 0, lose: 0, duplicate: 0, late: 0, stale: 0, stop: 0, suspicion: 0 };

/** Everything goes wrong. */
export const ALL_FAULTS: Faults = {
  crash: 0.08,
  lose: 0.15,
  duplicate: 0.2,
  late: 0.3,
  stale: 0.3,
  stop: 0.5,
  suspicion: 0.1,
};
