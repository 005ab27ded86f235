import { setImmediate } from 'node:timers/promises';
import type { Execution } from '../core/execution.ts';
import type { EngineLogger } from '../options.ts';
import { engineTasksOf } from './outstanding-work.ts';

/** Executions recovered at a time after a start. */
const BATCH = 200;
/** Pauses before an execution that could not be recovered is tried again. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 60_000;

/**
 * Recovers executions after a start, one batch after the other. A failure (an unreadable state, a full disk) is logged
 * and tried again with exponential backoff. It delays no other execution.
 */
export class Recovery {
  readonly #logger: EngineLogger;
  #isStopped = false;

  constructor(logger: EngineLogger) {
    this.#logger = logger;
  }

  /**
   * Resolves once each execution was tried.
   *
   * @param recover recovers one execution; called again after a failure
   */
  async run(executions: readonly number[], recover: (execution: number) => Promise<unknown>): Promise<void> {
    for (let i = 0; i < executions.length && !this.#isStopped; i += BATCH) {
      // Callers are served meanwhile.
      await setImmediate();
      const next = executions.slice(i, i + BATCH);
      await Promise.all(next.map((id) => this.#try(() => recover(id), id, FIRST_PAUSE_MS)));
    }
  }

  /** Ends the recovery: nothing is tried any more. */
  stop(): void {
    this.#isStopped = true;
  }

  async #try(recover: () => Promise<unknown>, execution: number, pauseMs: number): Promise<void> {
    if (this.#isStopped) {
      return;
    }
    try {
      await recover();
    } catch (error) {
      if (this.#isStopped) {
        return;
      }
      this.#logger.error({ execution, err: error, againInMs: pauseMs }, 'an execution could not be recovered');
      const next = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      setTimeout(() => void this.#try(recover, execution, next), pauseMs).unref();
    }
  }
}

/**
 * Tasks that were running when the last process ended, until each of them is restarted.
 *
 * Callers are served during recovery and may start new tasks. An execution's interrupted tasks are therefore noted when
 * it is first loaded, before anything new happens to it.
 */
export class InterruptedTasks {
  readonly #byExecution: Map<number, Set<string> | undefined>;

  /** @param executions those with running tasks, as the journal has them at the start */
  constructor(executions: readonly number[]) {
    this.#byExecution = new Map(executions.map((id) => [id, undefined]));
  }

  /** Executions with tasks that were not restarted yet. */
  get executions(): readonly number[] {
    return [...this.#byExecution.keys()];
  }

  /** Notes the tasks of an execution that was loaded from the journal. */
  loaded(id: number, execution: Execution): void {
    if (this.#byExecution.has(id) && !this.#byExecution.get(id)) {
      this.#byExecution.set(id, new Set(engineTasksOf(execution).map(({ taskId }) => taskId)));
    }
  }

  /** The interrupted tasks of an execution that was loaded. */
  of(id: number): readonly string[] {
    return [...(this.#byExecution.get(id) ?? [])];
  }

  /** Drops a task that was restarted, or that needs no restart. */
  settle(id: number, taskId: string): void {
    const tasks = this.#byExecution.get(id);
    tasks?.delete(taskId);
    if (tasks?.size === 0) {
      this.#byExecution.delete(id);
    }
  }
}
