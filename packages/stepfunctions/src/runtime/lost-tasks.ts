import type { Execution } from '../core/execution.ts';
import { outstandingEffects } from '../core/step.ts';
import type { RunTask } from '../integrations/integration.ts';
import { isOurs } from './wakening.ts';

/**
 * The tasks that were out when the last process ended, until they are taken up again. Which tasks of an execution these
 * are is seen when it is first loaded, before anything new happens to it: callers are served while the engine recovers,
 * and what they set in motion is not lost.
 */
export class LostTasks {
  readonly #byExecution: Map<number, Set<string> | undefined>;

  /** @param executions those with tasks out, as found at the start */
  constructor(executions: readonly number[]) {
    this.#byExecution = new Map(executions.map((id) => [id, undefined]));
  }

  /** Executions whose tasks were not taken up yet. */
  get executions(): readonly number[] {
    return [...this.#byExecution.keys()];
  }

  /** An execution was loaded from the journal. */
  loaded(id: number, execution: Execution): void {
    if (this.#byExecution.has(id) && !this.#byExecution.get(id)) {
      this.#byExecution.set(id, new Set(tasksOf(execution).map(({ taskId }) => taskId)));
    }
  }

  /** The execution's lost tasks. It has been loaded. */
  of(id: number): readonly string[] {
    return [...(this.#byExecution.get(id) ?? [])];
  }

  /** A task was taken up, or need not be. */
  found(id: number, taskId: string): void {
    const tasks = this.#byExecution.get(id);
    tasks?.delete(taskId);
    if (tasks?.size === 0) {
      this.#byExecution.delete(id);
    }
  }
}

/** The tasks an execution has out that the engine itself sees to their end. */
export function tasksOf(execution: Execution | undefined): readonly RunTask[] {
  return execution ? outstandingEffects(execution).filter(isOurs) : [];
}
