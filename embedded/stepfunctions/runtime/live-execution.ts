import type { ExecutionEvent } from '../core/event.ts';
import type { Execution } from '../core/execution.ts';
import type { ExecutionOrigin } from '../journal/execution-store.ts';

/** An event on its way into an execution. */
export interface Delivery {
  readonly event: ExecutionEvent;
  /** Told whether the event changed anything, once that is durable. */
  readonly done: (changed: boolean) => void;
  readonly failed: (error: unknown) => void;
}

/** An execution in memory. Its events are taken in one after the other. */
export interface LiveExecution {
  readonly origin: ExecutionOrigin;
  /** As it was committed last. */
  execution: Execution;
  /** Not yet in the journal. */
  isNew: boolean;
  mailbox: Delivery[];
  busy: boolean;
}

/** How many of the executions unused for longest are looked at to make room; busy ones have to stay. */
const EVICTION_TRIES = 16;

/** Keeps the executions used last; those that wait for long live in the journal alone. */
export class LiveExecutions {
  readonly #kept = new Map<number, LiveExecution>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(id: number): LiveExecution | undefined {
    const live = this.#kept.get(id);
    if (live) {
      this.#kept.delete(id);
      this.#kept.set(id, live);
    }
    return live;
  }

  add(live: LiveExecution): void {
    this.#kept.set(live.origin.id, live);
    let tries = EVICTION_TRIES;
    for (const [id, candidate] of this.#kept) {
      if (this.#kept.size <= this.#limit || tries === 0) return;
      tries -= 1;
      if (!candidate.busy && candidate !== live) this.#kept.delete(id);
    }
  }

  delete(id: number): void {
    this.#kept.delete(id);
  }
}
