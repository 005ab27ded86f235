import type { Json } from '../language/json.ts';

/** What the core cannot know of an event by itself: it has neither a clock nor a random source. */
export interface EventCircumstances {
  /** When the shell received the event, in milliseconds since the epoch. */
  readonly at: number;
  /**
   * At least 32 hexadecimal digits, fresh for every event and unguessable: the core derives task tokens, UUIDs, jitter
   * and `States.MathRandom` from it. A simulation passes digits of its seeded generator.
   */
  readonly entropy: string;
  /** Activities of the definition that do not exist, because they were deleted. A task of one fails. */
  readonly missingActivities?: readonly string[];
  /** The part of a Wait or a retry's pause that passes in fact, for tests. Default 1. */
  readonly waitScale?: number;
}

/** An event that reaches an execution from outside. */
export type ExecutionEvent = EventCircumstances &
  (
    | { readonly type: 'ExecutionStarted' }
    /** An activity worker has taken the task. Lambda and service tasks start when they are scheduled. */
    | { readonly type: 'TaskStarted'; readonly taskId: string; readonly workerName?: string }
    /** A call with `.sync` or `.waitForTaskToken` was answered; the task itself goes on. */
    | { readonly type: 'TaskSubmitted'; readonly taskId: string; readonly output: Json }
    | { readonly type: 'TaskSubmitFailed'; readonly taskId: string; readonly error: string; readonly cause: string }
    | { readonly type: 'TaskSucceeded'; readonly taskId: string; readonly output: Json }
    | { readonly type: 'TaskFailed'; readonly taskId: string; readonly error?: string; readonly cause?: string }
    | { readonly type: 'TaskHeartbeat'; readonly taskId: string }
    /** The process crashed while the task was running. The shell will run it again. */
    | { readonly type: 'TaskRestarted'; readonly taskId: string }
    | { readonly type: 'TimerFired'; readonly timerId: string }
    | { readonly type: 'StopRequested'; readonly error?: string; readonly cause?: string }
    | { readonly type: 'RedriveRequested' }
    /** UpdateMapRun changed a running distributed Map. */
    | {
        readonly type: 'MapRunUpdated';
        readonly mapRunArn: string;
        readonly maxConcurrency?: number;
        readonly toleratedFailureCount?: number;
        readonly toleratedFailurePercentage?: number;
      }
  );
