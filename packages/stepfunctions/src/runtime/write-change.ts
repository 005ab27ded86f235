import type { Effect } from '../core/effect.ts';
import type { Execution } from '../core/execution.ts';
import type { HistoryEvent } from '../core/history-event.ts';
import type { ChildHistory } from '../core/step.ts';
import type { ExecutionOrigin } from '../journal/execution-store.ts';
import type { Journal } from '../journal/journal.ts';
import type { WakeUp } from '../journal/state-store.ts';
import { writeChildren } from './write-children.ts';

/** A change of an execution by one or more steps. */
export interface ExecutionChange {
  readonly origin: ExecutionOrigin;
  readonly before: Execution;
  readonly after: Execution;
  /** `after` as JSON text. Absent for a succeeded execution, which can never change again. */
  readonly state: string | undefined;
  readonly history: readonly HistoryEvent[];
  readonly childHistory: readonly ChildHistory[];
  readonly effects: readonly Effect[];
  /** Activity tasks that a worker fetched. */
  readonly taken: readonly string[];
  /** Tasks whose outcome was delivered. */
  readonly answered: readonly string[];
  readonly isNew: boolean;
}

/**
 * Writes a change to the journal. Runs inside a transaction.
 *
 * @param nextId gives ids to new child executions
 */
export function writeChange(journal: Journal, change: ExecutionChange, wakeUp: WakeUp, nextId: () => number): void {
  const { origin, after, history } = change;
  writeRecord(journal, change);
  writeState(journal, change, wakeUp);
  journal.history.append(origin.id, history);
  writeChildren(journal, change, nextId);
  writeTokens(journal, change);
  const known = new Set(change.before.mapRuns);
  for (const mapRun of after.mapRuns) {
    if (!known.has(mapRun)) {
      journal.mapRuns.save(origin.id, mapRun);
    }
  }
}

function writeRecord(journal: Journal, { origin, before, after, isNew }: ExecutionChange): void {
  if (isNew) {
    journal.executions.insert(origin, after);
  } else if (before.status !== after.status || before.redriveCount !== after.redriveCount) {
    journal.executions.update(origin.id, after);
  }
}

function writeState(journal: Journal, { origin, state, isNew }: ExecutionChange, wakeUp: WakeUp): void {
  if (state === undefined) {
    journal.states.delete(origin.id);
  } else if (isNew) {
    journal.states.insert(origin.id, state, wakeUp);
  } else {
    journal.states.update(origin.id, state, wakeUp);
  }
}

function writeTokens(journal: Journal, { origin, effects, taken, answered }: ExecutionChange): void {
  for (const taskId of taken) {
    journal.tokens.open(origin.id, taskId);
  }
  for (const taskId of answered) {
    journal.tokens.close(origin.id, taskId);
  }
  for (const effect of effects) {
    switch (effect.type) {
      case 'RunTask':
        // The engine answers a mocked task; no worker and no token may.
        if (effect.token !== undefined && effect.mock === undefined) {
          const { token, taskId, target, input } = effect;
          journal.tokens.insert({
            ...{ token, execution: origin.id, taskId },
            ...(target.kind === 'ACTIVITY'
              ? { status: 'SCHEDULED', activityArn: target.activityArn, activityInput: JSON.stringify(input) }
              : { status: 'OPEN', activityArn: undefined, activityInput: undefined }),
          });
        }
        break;
      case 'CancelTask':
        journal.tokens.close(origin.id, effect.taskId);
        break;
      case 'EndExecution':
      case 'SetTimer':
      case 'CancelTimer':
        // The core cancels every running task before the execution ends.
        break;
    }
  }
}
