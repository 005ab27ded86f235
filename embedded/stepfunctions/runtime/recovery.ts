import type { EngineLogger } from '../options.ts';

/** Executions taken up again at a time after a start. */
const TAKEN_UP_AT_ONCE = 200;
/** Pauses before an execution that could not be taken up is tried again. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 60_000;

/**
 * Takes up, after a start, what was under way when the last process ended. One execution that cannot be taken up (its
 * state cannot be read, the disk is full) keeps no other from it: it is reported and tried again, ever more rarely.
 */
export class Recovery {
  readonly #takeUp: (execution: number) => Promise<void>;
  readonly #logger: EngineLogger;
  readonly #retries = new Set<NodeJS.Timeout>();
  #isStopped = false;

  /** @param takeUp goes on with one execution; may be asked again after it has failed */
  constructor(takeUp: (execution: number) => Promise<void>, logger: EngineLogger) {
    this.#takeUp = takeUp;
    this.#logger = logger;
  }

  /** Resolves once each execution was tried. */
  async run(executions: readonly number[]): Promise<void> {
    for (let i = 0; i < executions.length && !this.#isStopped; i += TAKEN_UP_AT_ONCE) {
      await Promise.all(executions.slice(i, i + TAKEN_UP_AT_ONCE).map((id) => this.#try(id, FIRST_PAUSE_MS)));
    }
  }

  stop(): void {
    this.#isStopped = true;
    for (const retry of this.#retries) clearTimeout(retry);
    this.#retries.clear();
  }

  async #try(execution: number, pauseMs: number): Promise<void> {
    try {
      await this.#takeUp(execution);
    } catch (error) {
      if (this.#isStopped) return;
      this.#logger.error({ execution, err: error, againInMs: pauseMs }, 'an execution could not be taken up again');
      const retry = setTimeout(() => {
        this.#retries.delete(retry);
        void this.#try(execution, Math.min(pauseMs * 2, LONGEST_PAUSE_MS));
      }, pauseMs);
      retry.unref();
      this.#retries.add(retry);
    }
  }
}
