import type { Effect, TaskTarget } from '../core/effect.ts';
import type { Json } from '../language/json.ts';

/** The effect that runs a task. */
export type RunTask = Extract<Effect, { type: 'RunTask' }>;

/** A target that is called through a service integration. */
export type IntegrationTarget = Extract<TaskTarget, { kind: 'INTEGRATION' }>;

/** The task that calls, and its execution. */
export interface TaskOrigin {
  readonly executionArn: string;
  readonly taskId: string;
  /** The journal's id of the execution; absent for an express one. */
  readonly execution?: number;
}

/**
 * Calls a service once and answers the task's result.
 *
 * @throws {TaskFailure} the service refused or could not be reached
 */
export type Integration = (call: {
  readonly target: IntegrationTarget;
  readonly input: Json;
  readonly origin: TaskOrigin;
  /** Fires when the task is cancelled. */
  readonly cancelled: AbortSignal;
}) => Promise<Json>;

/** How the job of a `.sync` task ended. */
export type JobEnd =
  | { readonly status: 'SUCCEEDED'; readonly output: Json }
  | { readonly status: 'FAILED'; readonly error: string; readonly cause: string };

/** Thrown by an integration: how the task failed, in the words a Retrier or Catcher sees. */
export class TaskFailure extends Error {
  override readonly name = 'TaskFailure';
  /** Step Functions' error name: `Lambda.TooManyRequestsException`, or the function's own. */
  readonly error: string;
  /** Step Functions' cause: a sentence, or a function's error as JSON text. */
  readonly causeText: string;

  constructor(error: string, causeText: string, options?: ErrorOptions) {
    super(`${error}: ${causeText}`, options);
    this.error = error;
    this.causeText = causeText;
  }
}
