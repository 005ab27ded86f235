import type { Frame, Timer } from './frame.ts';

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

/** A new execution, RUNNING, which the event `ExecutionStarted` sets in motion. Its input is valid JSON text. */
export function createExecution(parameters: ExecutionParameters): Execution {
  return {
    ...parameters,
    status: 'RUNNING',
    startedAt: 0,
    redriveCount: 0,
    nextEventId: 1,
    nextId: 1,
    frames: { [ROOT_FRAME]: { id: ROOT_FRAME, index: 0, variables: {}, lastEventId: 0 } },
    mapRuns: [],
  };
}

/** How many items or child executions of a Map Run are where. */
export interface MapRunCounts {
  readonly pending: number;
  readonly running: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly timedOut: number;
  readonly aborted: number;
  readonly total: number;
  readonly resultsWritten: number;
  readonly failuresNotRedrivable: number;
  readonly pendingRedrive: number;
}

/** A distributed Map's run, as DescribeMapRun reports it. */
export interface MapRun {
  readonly arn: string;
  /** The frame whose Map state this is; the state's name. */
  readonly frameId: string;
  readonly stateName: string;
  /** The state's `Label`, or the one that was made up for it. */
  readonly label: string;
  readonly status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED';
  readonly startedAt: number;
  readonly stoppedAt?: number | undefined;
  /** 0: no limit of its own. */
  readonly maxConcurrency: number;
  readonly toleratedFailureCount: number;
  readonly toleratedFailurePercentage: number;
  /** Counts items; one child execution handles several of them where the state has an `ItemBatcher`. */
  readonly itemCounts: MapRunCounts;
  readonly executionCounts: MapRunCounts;
  readonly redriveCount: number;
  readonly redriveDate?: number;
}
