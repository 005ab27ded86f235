import type { Frame, Timer } from './frame.ts';
import type { MapRun } from './map-run.ts';

/** Where an execution stands; AWS's `PENDING_REDRIVE` never shows, a redrive begins at once. */
export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

/** Standard machines run exactly as their history says; Express ones are not redriven and keep no history for callers. */
export type ExecutionType = 'STANDARD' | 'EXPRESS';

/** What an execution is started with. */
export interface ExecutionParameters {
  readonly arn: string;
  readonly name: string;
  /** Without version or alias. */
  readonly stateMachineArn: string;
  readonly stateMachineName: string;
  readonly versionArn?: string;
  readonly aliasArn?: string;
  readonly type: ExecutionType;
  readonly roleArn: string;
  /** JSON text as the caller gave it. */
  readonly input: string;
}

/**
 * A state machine's run as plain JSON: written to disk, read back and carried on as if nothing had happened. It
 * does not hold the machine's definition. Values of one execution are shared by the next: never change one in place.
 */
export interface Execution extends ExecutionParameters {
  readonly status: ExecutionStatus;
  /** JSON text. Present once SUCCEEDED. */
  readonly output?: string | undefined;
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
  /** Milliseconds since the epoch, as all times here. 0 until the first event. */
  readonly startedAt: number;
  /** Present once it is no longer RUNNING. */
  readonly stoppedAt?: number | undefined;
  readonly redriveCount: number;
  readonly redriveDate?: number;
  /** Id of the next history event. */
  readonly nextEventId: number;
  /** Source of frame, task and timer ids. */
  readonly nextId: number;
  /** The lines of control by id: the machine's own ({@link ROOT_FRAME}), branches and iterations. */
  readonly frames: { readonly [frameId: string]: Frame };
  /** Ends the execution as TIMED_OUT: the machine's `TimeoutSeconds`. */
  readonly timeout?: Timer | undefined;
  /** Distributed Map states that have been started, oldest first. */
  readonly mapRuns: readonly MapRun[];
}

/** Id of the frame that runs the machine itself. */
export const ROOT_FRAME = '0';
