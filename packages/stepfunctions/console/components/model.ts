/** What went wrong, as Step Functions says. */
export interface StateError {
  readonly name: string;
  readonly message?: string;
}

/** What has become of a state. */
export type StateStatus = 'NOT_REACHED' | 'RUNNING' | 'SUCCEEDED' | 'CAUGHT' | 'FAILED' | 'ABORTED' | 'TIMED_OUT';

/** A state of a definition, and how one execution went through it; times are ISO 8601. */
export interface StateView {
  readonly name: string;
  readonly type: string;
  readonly comment?: string;
  /** The states that may follow. */
  readonly next: readonly string[];
  /** Those of them that follow only an error. */
  readonly after_error: readonly string[];
  readonly status: StateStatus;
  readonly attempts: number;
  readonly entered_at?: string;
  readonly exited_at?: string;
  readonly input?: unknown;
  readonly output?: unknown;
  readonly error?: StateError;
  /** While it waits for its next attempt: the latest time of that. */
  readonly retried_by?: string;
}

/** An event of an execution. */
export interface EventView {
  readonly id: number;
  readonly at: string;
  readonly type: string;
  /** The state that it belongs to. */
  readonly state?: string;
}

/** States that follow one another, and what happened in them: an execution, a branch or an iteration. */
export interface SequenceView {
  readonly states: readonly StateView[];
  /** Oldest first. */
  readonly events: readonly EventView[];
}
