import type { StateMachineDefinition } from '../language/definition.ts';
import type { Effect } from './effect.ts';
import type { ExecutionEvent } from './event.ts';
import type { Execution } from './execution.ts';
import type { HistoryEvent } from './history-event.ts';

export { createExecution } from './create-execution.ts';
export { outstandingEffects } from './outstanding-effects.ts';

/** What a step leads to: written down as one transaction, then the effects run. */
export interface StepResult {
  readonly execution: Execution;
  /** The events that the step appends. */
  readonly history: readonly HistoryEvent[];
  readonly effects: readonly Effect[];
}

/**
 * Carries an execution on through one event, as far as it gets without waiting for anything. The same arguments
 * always give the same result; nothing else is read. An event that no longer concerns the execution (a late
 * answer, a timer of a state left long ago) changes nothing: the result holds the very same execution object.
 */
export async function step(
  _definition: StateMachineDefinition,
  execution: Execution,
  _event: ExecutionEvent,
): Promise<StepResult> {
  return { execution, history: [], effects: [] };
}
