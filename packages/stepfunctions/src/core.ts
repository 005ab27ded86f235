/**
 * The pure core, for who brings a clock, a journal and tasks of their own, such as a simulation. Nothing in it does I/O:
 * `step` takes an execution and an event and returns the execution after it, its history, and what is to be done next.
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
