import type { Json, JsonObject } from '../language/json.ts';
import type { MapTarget, TaskMock, TaskTarget } from './effect.ts';

/** A timer of the execution. */
export interface Timer {
  readonly timerId: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/**
 * One thread of control: the machine itself, a branch of a Parallel state or an iteration of a Map state. A frame is in
 * one state at most, and that state may hold further frames.
 */
export interface Frame {
  readonly id: string;
  /** The frame whose Parallel or Map state this one belongs to; absent for the machine itself. */
  readonly parentId?: string;
  /** Number of the branch, or of the iteration among all of its Map state. */
  readonly index: number;
  /** Variables assigned in this scope. Variables of enclosing frames can be read but not set. */
  readonly variables: JsonObject;
  /** `Map.Item` of the context object, in an iteration. */
  readonly item?: MapItem;
  /** The child execution of a distributed Map's iteration. Its states do not appear in the parent's history. */
  readonly child?: ChildExecution;
  /** The event that the next event of this frame follows. */
  readonly lastEventId: number;
  /** The state it is in; absent before the first and once the frame has ended well. */
  readonly run?: StateRun | undefined;
  readonly end?: FrameEnd | undefined;
}

/** `$$.Map.Item`. */
export interface MapItem {
  readonly index: number;
  readonly value: Json;
}

/** A child execution of a distributed Map. */
export interface ChildExecution {
  readonly arn: string;
  /** The Map Run it belongs to. */
  readonly mapRunArn: string;
  readonly name: string;
  readonly input: Json;
  readonly startedAt: number;
  readonly stoppedAt?: number;
  /** Id of the next event of its own history. */
  readonly nextEventId: number;
  /** How many of the Map's items it handles: more than one where the state batches them. */
  readonly itemCount: number;
  /** Ends an Express child; a Standard one has none. */
  readonly timeout?: Timer;
}

/** How a frame ended. An error stays here until a redrive resumes the frame. */
export type FrameEnd =
  | { readonly status: 'SUCCEEDED'; readonly output: Json }
  | { readonly status: 'FAILED' | 'TIMED_OUT'; readonly failure: Failure }
  | { readonly status: 'ABORTED' };

/** An error on its way to a Catcher. Either half may be missing, as in a Fail state without them. */
export interface Failure {
  readonly error?: string;
  readonly cause?: string;
}

/** A state that was entered and not left. */
export interface StateRun {
  readonly name: string;
  /** The state's raw input. */
  readonly input: Json;
  readonly enteredAt: number;
  /** Id of its `…StateEntered` event, and what came before that. */
  readonly enteredEventId: number;
  readonly beforeEnteredEventId: number;
  /** Attempts spent, one number per Retrier; empty before the first retry. */
  readonly attempts: readonly number[];
  /** `$$.State.RetryCount`. */
  readonly retryCount: number;
  /** Absent while the state is at work within a step, and where a failure left it. */
  readonly activity?: Activity | undefined;
}

/** What a state waits for. */
export type Activity = TaskActivity | WaitActivity | RetryActivity | PauseActivity | ParallelActivity | MapActivity;

/** A task is running. */
export interface TaskActivity {
  readonly kind: 'TASK';
  readonly taskId: string;
  readonly token?: string;
  readonly target: TaskTarget;
  readonly input: Json;
  readonly timeoutSeconds?: number;
  readonly heartbeatSeconds?: number;
  readonly timeout?: Timer;
  readonly heartbeat?: Timer;
  /** An activity worker has it. */
  readonly started: boolean;
  /** What the call itself answered, where the task goes on after it (`.sync`, `.waitForTaskToken`). */
  readonly submitted?: { readonly output: Json };
  /** Present when the execution's test case answers the task. */
  readonly mock?: TaskMock;
}

/** A Wait state's time. */
export interface WaitActivity {
  readonly kind: 'WAIT';
  readonly timer: Timer;
}

/** The back-off before the next attempt. */
export interface RetryActivity {
  readonly kind: 'RETRY';
  readonly timer: Timer;
}

/**
 * The state was entered, but the step has reached its limit. A timer that is due at once resumes the state in the next
 * transaction.
 */
export interface PauseActivity {
  readonly kind: 'PAUSE';
  readonly timer: Timer;
}

/** Branches under way, or done and waiting for the others. */
export interface ParallelActivity {
  readonly kind: 'PARALLEL';
  /** Frame ids in the order of `Branches`. */
  readonly branches: readonly string[];
}

/** Iterations under way, done, or still to be started. */
export interface MapActivity {
  readonly kind: 'MAP';
  /** The items before `ItemSelector`; where the state batches them, the batches after it. */
  readonly items: readonly Json[];
  /** The index of the first of `items`, where only a part of them is here. */
  readonly firstIndex?: number;
  /** Where the items come from; absent where the state's input has them. */
  readonly source?: ItemSource;
  /** What the shell is doing for the state. */
  readonly work?: MapWork | undefined;
  /** What it did when the state failed because of it. A redrive does it again. */
  readonly failedWork?: MapWork | undefined;
  /** How many items each batch holds; present where the state batches them. */
  readonly batchSizes?: readonly number[];
  /** What `ItemSelector` selects from: the state's effective input. */
  readonly selectorInput: Json;
  /** Index of the first item without an iteration. */
  readonly nextIndex: number;
  /** Frame ids of iterations that were started and have not ended well. */
  readonly iterations: readonly string[];
  /** Outputs of the iterations that ended well: index and output. */
  readonly outputs: readonly (readonly [index: number, output: Json])[];
  /** 0: as many as the engine allows. */
  readonly maxConcurrency: number;
  /** Present for a distributed Map: its {@link MapRun} holds tolerance and counts. */
  readonly mapRunArn?: string;
}

/** Items that the shell reads a part at a time. */
export interface ItemSource {
  /** The evaluated `ItemReader`. */
  readonly request: JsonObject;
  /** Where the next items begin: null at the start, absent after the last. */
  readonly cursor?: Json;
  /** The number of items read so far. */
  readonly read: number;
}

/** Work of the shell for a Map state itself. It runs like a task, but is not in the history. */
export interface MapWork {
  readonly taskId: string;
  readonly target: MapTarget;
  readonly input: Json;
}
