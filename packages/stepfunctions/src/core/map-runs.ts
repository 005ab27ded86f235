import type { Draft } from './draft.ts';
import type { MapRun, MapRunCounts } from './execution.ts';

/** A column of a Map Run's counts that items and executions move between. */
export type CountColumn = 'pending' | 'running' | 'succeeded' | 'failed' | 'timedOut' | 'aborted';

/** Changes members of a Map Run. */
export function changeMapRun(draft: Draft, arn: string, changes: (mapRun: MapRun) => Partial<MapRun>): void {
  const { mapRuns } = draft.execution;
  draft.set({ mapRuns: mapRuns.map((run) => (run.arn === arn ? { ...run, ...changes(run) } : run)) });
}

/** The Map Run of the distributed Map state that a frame is in. */
export function mapRunOf(draft: Draft, frameId: string): MapRun | undefined {
  const activity = draft.frame(frameId).run?.activity;
  if (activity?.kind !== 'MAP' || activity.mapRunArn === undefined) {
    return undefined;
  }
  return draft.execution.mapRuns.find((run) => run.arn === activity.mapRunArn);
}

/** Counts a child execution, and the items it handles, from one column to another. */
export function countMoved(draft: Draft, frameId: string, items: number, from: CountColumn, to: CountColumn): void {
  const mapRun = mapRunOf(draft, frameId);
  if (mapRun === undefined) {
    return;
  }
  changeMapRun(draft, mapRun.arn, ({ itemCounts, executionCounts }) => ({
    itemCounts: moved(itemCounts, items, from, to),
    executionCounts: moved(executionCounts, 1, from, to),
  }));
}

/** Adds items that were found, and the child executions that will handle them. */
export function countFound(draft: Draft, arn: string, items: number, executions: number): void {
  changeMapRun(draft, arn, ({ itemCounts, executionCounts }) => ({
    itemCounts: { ...itemCounts, total: itemCounts.total + items, pending: itemCounts.pending + items },
    executionCounts: {
      ...executionCounts,
      total: executionCounts.total + executions,
      pending: executionCounts.pending + executions,
    },
  }));
}

/** Counts before anything has started. */
export function allPending(total: number): MapRunCounts {
  return {
    pending: total,
    running: 0,
    succeeded: 0,
    failed: 0,
    timedOut: 0,
    aborted: 0,
    total,
    resultsWritten: 0,
    failuresNotRedrivable: 0,
    pendingRedrive: 0,
  };
}

/** Whether a Map Run has more failed items than it tolerates. */
export function exceedsTolerance(mapRun: MapRun): boolean {
  const { failed, timedOut, total } = mapRun.itemCounts;
  const failures = failed + timedOut;
  if (failures === 0) {
    return false;
  }
  const { toleratedFailureCount: count, toleratedFailurePercentage: percentage } = mapRun;
  const withinCount = failures <= count;
  const withinPercentage = (failures / total) * 100 <= percentage;
  // If both are given, exceeding either one ends the run.
  if (count > 0 && percentage > 0) {
    return !(withinCount && withinPercentage);
  }
  return !(withinCount || withinPercentage);
}

function moved(counts: MapRunCounts, by: number, from: CountColumn, to: CountColumn): MapRunCounts {
  return { ...counts, [from]: counts[from] - by, [to]: counts[to] + by };
}
