import type { RetentionStore } from '../journal/retention-store.ts';
import type { EngineLogger, Retention } from '../options.ts';

const SWEEP_INTERVAL_MS = 60_000;
/** Executions, children included, dropped in one transaction. It bounds how long running executions wait. */
const DROPPED_AT_ONCE = 200;
/** Pages of 4 KiB returned to the file system after each transaction. */
const PAGES_AT_ONCE = 2_000;

/**
 * Drops finished executions that are too old or too many, in small batches, so that the journal stays bounded. Children
 * of a distributed Map are dropped with their parent and are not counted.
 */
export class RetentionSweep {
  readonly #store: RetentionStore;
  readonly #retention: Retention;
  readonly #forget: (execution: number) => boolean;
  readonly #logger: EngineLogger;
  #finished: number;
  #unusedRevisions: ReadonlySet<number> = new Set();
  #next: NodeJS.Timeout | undefined;

  /** @param forget evicts an execution from memory; answers `false` if it is about to change and has to stay */
  constructor(
    store: RetentionStore,
    retention: Retention,
    forget: (execution: number) => boolean,
    logger: EngineLogger,
  ) {
    this.#store = store;
    this.#retention = retention;
    this.#forget = forget;
    this.#logger = logger;
    this.#finished = store.countFinished();
  }

  /** Counts an execution that has ended. */
  executionEnded(): void {
    this.#finished += 1;
  }

  /** Uncounts a finished execution that runs again. */
  executionRedriven(): void {
    this.#finished -= 1;
  }

  /** Sweeps every minute from now on. */
  start(): void {
    this.#schedule(SWEEP_INTERVAL_MS);
  }

  stop(): void {
    clearTimeout(this.#next);
  }

  /** Drops one batch. Answers whether there may be more to drop. */
  sweep(now: number): boolean {
    const tooMany = Math.min(Math.max(this.#finished - this.#retention.finishedCount, 0), DROPPED_AT_ONCE);
    const excess = this.#store.oldestFinished(Number.MAX_SAFE_INTEGER, tooMany);
    const aged = this.#store.oldestFinished(now - this.#retention.finishedSeconds * 1_000, DROPPED_AT_ONCE);
    const executions = [...new Set([...excess, ...aged])].filter(this.#forget);
    if (executions.length === 0) {
      return false;
    }
    this.#finished -= this.#store.drop(executions, DROPPED_AT_ONCE);
    this.#store.shrink(PAGES_AT_ONCE);
    return true;
  }

  /** Drops revisions found unused twice in a row. The first time, an execution may be about to start with one. */
  dropRevisions(): void {
    const unused = this.#store.unusedRevisions();
    for (const id of unused) {
      if (this.#unusedRevisions.has(id)) {
        this.#store.dropRevision(id);
      }
    }
    this.#unusedRevisions = new Set(unused);
  }

  #schedule(pauseMs: number): void {
    this.#next = setTimeout(() => this.#sweepAndGoOn(), pauseMs);
    this.#next.unref();
  }

  #sweepAndGoOn(): void {
    try {
      if (this.sweep(Date.now())) {
        this.#schedule(1);
        return;
      }
      this.dropRevisions();
    } catch (error) {
      this.#logger.error({ err: error }, 'finished executions could not be dropped');
    }
    this.#schedule(SWEEP_INTERVAL_MS);
  }
}
