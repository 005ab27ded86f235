import type { Json, JsonObject } from '../language/json.ts';

/** When the tasks of a Task state fail. The outcome depends on the task's input alone, never on time or crashes. */
export interface TaskPlan {
  /** The task fails as long as the state's `RetryCount` is below this. */
  readonly failuresBeforeRetry: number;
  /** The task fails as long as the execution's `RedriveCount` is below this. */
  readonly failuresBeforeRedrive: number;
  /** Only every n-th input fails. */
  readonly everyNth: number;
}

/** The outcome of a task: a result, an error, or no answer before its timeout. */
export type TaskOutcome =
  | { readonly kind: 'RESULT'; readonly output: Json }
  | { readonly kind: 'ERROR'; readonly error: string; readonly cause: string }
  | { readonly kind: 'SILENCE' };

/** How the tasks of one machine fail. All fail in the same way, so that the order of failures does not matter. */
export type FailureKind = 'ERROR' | 'SILENCE';

export const TASK_ERROR = { error: 'Boom', cause: 'as planned' };

/** The outcome of a task with this input, as the states of `MachineMaker` send it. */
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

/** The probability of each fault, from 0 to 1. */
export interface Faults {
  /** The process crashes, before a step is committed or before its effects run. */
  readonly crash: number;
  /** An answer is lost and sent again. */
  readonly lose: number;
  /** An answer arrives twice. */
  readonly duplicate: number;
  /** A timer fires late. */
  readonly late: number;
  /** A cancelled task or timer still delivers its event. */
  readonly stale: number;
  /** A caller stops the execution. Only for machines that recover by a redrive. */
  readonly stop: number;
  /** A step is repeated, to check that it depends on its arguments alone and does not change them. */
  readonly suspicion: number;
}

/** No faults. */
export const NO_FAULTS: Faults = { crash: 0, lose: 0, duplicate: 0, late: 0, stale: 0, stop: 0, suspicion: 0 };

/** All faults. */
export const ALL_FAULTS: Faults = {
  crash: 0.08,
  lose: 0.15,
  duplicate: 0.2,
  late: 0.3,
  stale: 0.3,
  stop: 0.5,
  suspicion: 0.1,
};
