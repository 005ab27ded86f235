import type { HistoryEvent } from '../core/history-event.ts';
import type { ChildHistory } from '../core/step.ts';
import type { ExecutionEnd, ExecutionOrigin } from '../journal/execution-store.ts';
import type { Journal } from '../journal/journal.ts';

/** What steps of an execution added to the histories of its distributed Maps' children. */
export interface ChildrenChange {
  readonly origin: ExecutionOrigin;
  readonly childHistory: readonly ChildHistory[];
}

/** Writes the records and histories of child executions, derived from their events. Runs inside a transaction. */
export function writeChildren(journal: Journal, { origin, childHistory }: ChildrenChange, nextId: () => number): void {
  for (const child of childHistory) {
    const id = journal.executions.find(child.executionArn)?.id ?? insertChild(journal, origin, child, nextId);
    // Earlier versions dropped children of executions that could still be redriven. Such a child has no record.
    if (id === undefined) {
      continue;
    }
    for (const event of child.history) {
      if (event.type === 'ExecutionRedriven') {
        journal.executions.redriveChild(id, event.executionRedrivenEventDetails.redriveCount, event.timestamp);
      } else {
        const end = endOf(event);
        if (end) {
          journal.executions.endChild(id, end);
        }
      }
    }
    journal.history.append(id, child.history);
  }
}

function insertChild(
  journal: Journal,
  origin: ExecutionOrigin,
  { executionArn, mapRunArn, itemCount, history }: ChildHistory,
  nextId: () => number,
): number | undefined {
  const [start] = history;
  if (start?.type !== 'ExecutionStarted') {
    return undefined;
  }
  const id = nextId();
  journal.executions.insertChild({
    id,
    arn: executionArn,
    name: executionArn.slice(executionArn.lastIndexOf(':') + 1),
    parent: origin.id,
    revision: origin.revision,
    input: start.executionStartedEventDetails.input,
    startedAt: start.timestamp,
    mapRunArn,
    itemCount,
  });
  return id;
}

function endOf(event: HistoryEvent): ExecutionEnd | undefined {
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
}
