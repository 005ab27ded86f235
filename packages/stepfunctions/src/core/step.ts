import type { StateMachineDefinition } from '../language/definition.ts';
import { type ChildHistory, Draft } from './draft.ts';
import type { Effect } from './effect.ts';
import type { ExecutionEvent } from './event.ts';
import type { Execution } from './execution.ts';
import { handleEvent } from './handle-event.ts';
import type { HistoryEvent } from './history-event.ts';
import { guarded, runUntilIdle } from './interpreter.ts';

export { createExecution } from './create-execution.ts';
export type { ChildHistory } from './draft.ts';
export { outstandingEffects } from './outstanding-effects.ts';
export { notRedrivableReason } from './redrive.ts';

/** What a step leads to: written down as one transaction, then the effects run. */
export interface StepResult {
  readonly execution: Execution;
  /** The events that the step appends. */
  readonly history: readonly HistoryEvent[];
  readonly effects: readonly Effect[];
  /** What it appends to the histories of distributed Maps' child executions, each numbered on its own. */
  readonly childHistory: readonly ChildHistory[];
}

/**
 * Carries an execution on through one event, as far as it gets without waiting for anything. The same arguments
 * always give the same result; nothing else is read. An event that no longer concerns the execution (a late
 * answer, a timer of a state left long ago) changes nothing: the result holds the very same execution object.
 */
export async function step(
  definition: StateMachineDefinition,
  execution: Execution,
  event: ExecutionEvent,
): Promise<StepResult> {
  const draft = new Draft(definition, execution, event);
  await guarded(draft, () => handleEvent(draft, event));
  await runUntilIdle(draft);
  return draft.result();
}
