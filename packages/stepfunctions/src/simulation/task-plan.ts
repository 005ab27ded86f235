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
