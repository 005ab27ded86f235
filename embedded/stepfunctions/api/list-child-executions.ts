import type { ChildExecution, FrameEnd } from '../core/frame.ts';
import type { StoredMapRun } from '../journal/map-run-store.ts';
import type { JsonObject } from '../language/json.ts';
import { type ApiContext, present, seconds } from './context.ts';

interface ChildFilter {
  readonly statusFilter: string | undefined;
  readonly nextToken: string | undefined;
  readonly limit: number;
}

/**
 * The child executions of a map run that run or did not end well. Those that succeeded leave nothing but their output
 * in their parent, so they cannot be listed one by one; DescribeMapRun counts them.
 */
export const listChildExecutions = (
  { executions, pages }: ApiContext,
  { execution, mapRun }: StoredMapRun,
  filter: ChildFilter,
): JsonObject => {
  const state = executions.state(execution);
  const listing = ['children', mapRun.arn, filter.statusFilter ?? null];
  const from = filter.nextToken === undefined ? 0 : Number(pages.open(listing, filter.nextToken));
  const children = Object.values(state?.frames ?? {})
    .filter((frame) => frame.parentId === mapRun.frameId)
    .flatMap(({ child, end }) => (child ? [{ child, status: end?.status ?? ('RUNNING' as const) }] : []))
    .filter(({ status }) => filter.statusFilter === undefined || status === filter.statusFilter);
  const page = children.slice(from, from + filter.limit);
  const next = from + filter.limit;
  return present({
    executions: page.map(({ child, status }) => itemOf(child, status, mapRun.arn, state?.stateMachineArn ?? '')),
    nextToken: next < children.length ? pages.seal(listing, next) : undefined,
  });
};

const itemOf = (
  child: ChildExecution,
  status: FrameEnd['status'] | 'RUNNING',
  mapRunArn: string,
  stateMachineArn: string,
): JsonObject => ({
  executionArn: child.arn,
  stateMachineArn,
  name: child.name,
  status,
  startDate: seconds(child.startedAt),
  mapRunArn,
  itemCount: child.itemCount,
  redriveCount: 0,
});
