import type { Frame, Timer } from './frame.ts';

/** The status of an execution. AWS's `PENDING_REDRIVE` never occurs, because a redrive begins at once. */
export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

/** An Express execution may run for five minutes, and so may an Express child of a distributed Map. */
export const MAX_EXPRESS_SECONDS = 300;

/** A Standard machine keeps a history and can be redriven. An Express machine does neither. */
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
  /** The test case of a mock file that answers tasks. */
  readonly testCase?: string;
  /** The names of the states whose tasks the test case answers. Fixed at the start. */
  readonly mockedStates?: readonly string[];
}

/**
 * A run of a state machine as plain JSON, which can be stored and resumed. It does not hold the machine's definition.
 * Executions share values with their predecessors, so never change one in place.
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

/** The number of items or child executions of a Map Run by status. */
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
  /** The state's `Label`, or a generated one. */
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
