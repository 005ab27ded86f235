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
