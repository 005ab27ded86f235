import { setImmediate } from 'node:timers/promises';
import type { EngineLogger } from '../options.ts';

/** Executions taken up again at a time after a start. */
const TAKEN_UP_AT_ONCE = 200;
/** Pauses before an execution that could not be taken up is tried again. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 60_000;

/**
 * Goes through the executions that a start has to turn to. One that cannot be dealt with (its state cannot be read, the
 * disk is full) keeps no other from it: it is reported and tried again, ever more rarely.
 */
export class Recovery {
  readonly #logger: EngineLogger;
  readonly #retries = new Set<NodeJS.Timeout>();
  #isStopped = false;

  constructor(logger: EngineLogger) {
    this.#logger = logger;
  }

  /**
   * Resolves once each execution was tried.
   *
   * @param takeUp deals with one execution; is asked again after it has failed
   */
  async run(executions: readonly number[], takeUp: (execution: number) => Promise<unknown>): Promise<void> {
    for (let i = 0; i < executions.length && !this.#isStopped; i += TAKEN_UP_AT_ONCE) {
      // Callers are served meanwhile.
      await setImmediate();
      const next = executions.slice(i, i + TAKEN_UP_AT_ONCE);
      await Promise.all(next.map((id) => this.#try(() => takeUp(id), id, FIRST_PAUSE_MS)));
    }
  }

  stop(): void {
    this.#isStopped = true;
    for (const retry of this.#retries) {
      clearTimeout(retry);
    }
    this.#retries.clear();
  }

  async #try(takeUp: () => Promise<unknown>, execution: number, pauseMs: number): Promise<void> {
    if (this.#isStopped) {
      return;
    }
    try {
      await takeUp();
    } catch (error) {
      if (this.#isStopped) {
        return;
      }
      this.#logger.error({ execution, err: error, againInMs: pauseMs }, 'an execution could not be taken up again');
      const retry = setTimeout(() => {
        this.#retries.delete(retry);
        void this.#try(takeUp, execution, Math.min(pauseMs * 2, LONGEST_PAUSE_MS));
      }, pauseMs);
      retry.unref();
      this.#retries.add(retry);
    }
  }
}
