/**
 * The pure core, for programs with their own clock, journal and tasks, such as a simulation. It does no I/O. `step`
 * takes an execution and an event. It returns the next execution, its new history and the effects to run.
 */
export type { Effect, TaskTarget } from './core/effect.ts';
export type { EventCircumstances, ExecutionEvent } from './core/event.ts';
export type { Execution } from './core/execution.ts';
export type { HistoryEvent } from './core/history-event.ts';
export {
  type ChildHistory,
  createExecution,
  notRedrivableReason,
  outstandingEffects,
  type StepResult,
  step,
} from './core/step.ts';
export { parseDefinition, type StateMachineDefinition } from './language/definition.ts';
export type { Json } from './language/json.ts';
