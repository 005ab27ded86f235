import type { Execution } from '../core/execution.ts';
import type { HistoryEvent } from '../core/history-event.ts';
import type { ChildHistory } from '../core/step.ts';
import type { ExecutionEnd, ExecutionOrigin } from '../journal/execution-store.ts';
import type { Journal } from '../journal/journal.ts';
import type { Json, JsonObject } from '../language/json.ts';

/** What the steps of an execution added to its distributed Maps' children. */
export interface ChildrenChange {
  readonly origin: ExecutionOrigin;
  readonly after: Execution;
  readonly childHistory: readonly ChildHistory[];
}

/** Writes the records and histories of child executions as their events tell them. Runs inside a transaction. */
export const writeChildren = (
  journal: Journal,
  { origin, after, childHistory }: ChildrenChange,
  nextId: () => number,
): void => {
  for (const { executionArn, history } of childHistory) {
    const id = journal.executions.find(executionArn)?.id ?? nextId();
    for (const event of history) {
      if (event.type === 'ExecutionStarted') {
        const mapRunArn = mapRunOf(after, executionArn);
        journal.executions.insertChild({
          id,
          arn: executionArn,
          name: executionArn.slice(executionArn.lastIndexOf(':') + 1),
          parent: origin.id,
          revision: origin.revision,
          input: event.executionStartedEventDetails.input,
          startedAt: event.timestamp,
          mapRunArn,
          itemCount: itemCountOf(after, mapRunArn, event.executionStartedEventDetails.input),
        });
      } else if (event.type === 'ExecutionRedriven') {
        journal.executions.redriveChild(id, event.executionRedrivenEventDetails.redriveCount, event.timestamp);
      } else {
        const end = endOf(event);
        if (end) journal.executions.endChild(id, end);
      }
    }
    journal.history.append(id, history);
  }
};

/** How many executions an event history ends. */
export const countEnds = (childHistory: readonly ChildHistory[]): number =>
  childHistory.reduce((sum, { history }) => sum + (history.some((event) => endOf(event) !== undefined) ? 1 : 0), 0);

/** A child's ARN and its map run's differ in kind and id; a state that ran several times has several, the last one counts. */
const mapRunOf = ({ mapRuns }: Execution, childArn: string): string => {
  const prefix = `${childArn.slice(0, childArn.lastIndexOf(':')).replace(':execution:', ':mapRun:')}:`;
  return mapRuns.findLast(({ arn }) => arn.startsWith(prefix))?.arn ?? prefix;
};

/** With an `ItemBatcher` a child's input holds its items as `Items`. */
const itemCountOf = ({ mapRuns }: Execution, mapRunArn: string, input: string): number => {
  const mapRun = mapRuns.find(({ arn }) => arn === mapRunArn);
  if (!mapRun || mapRun.itemCounts.total === mapRun.executionCounts.total) return 1;
  const { Items } = (JSON.parse(input) ?? {}) as JsonObject;
  return Array.isArray(Items) ? (Items as readonly Json[]).length : 1;
};

const endOf = (event: HistoryEvent): ExecutionEnd | undefined => {
  const stoppedAt = event.timestamp;
  switch (event.type) {
    case 'ExecutionSucceeded':
      return { status: 'SUCCEEDED', output: event.executionSucceededEventDetails.output, stoppedAt };
    case 'ExecutionFailed':
      return { status: 'FAILED', ...event.executionFailedEventDetails, stoppedAt };
    case 'ExecutionTimedOut':
      return { status: 'TIMED_OUT', ...event.executionTimedOutEventDetails, stoppedAt };
    case 'ExecutionAborted':
      return { status: 'ABORTED', ...event.executionAbortedEventDetails, stoppedAt };
    default:
      return undefined;
  }
};
