import type { ExecutionEvent } from '../core/event.ts';
import type { Execution } from '../core/execution.ts';
import type { ExecutionOrigin } from '../journal/execution-store.ts';
import type { TaskOwner } from './task-runner.ts';

/** An event in an execution's mailbox. */
export interface Delivery {
  readonly event: ExecutionEvent;
  /** Called once the event is durable, with whether it changed anything. */
  readonly resolve: (changed: boolean) => void;
  readonly reject: (error: unknown) => void;
  /** Writes to the journal in the same transaction as the change, if the event changes anything. */
  readonly alongside?: () => void;
}

/** An execution in memory. It processes one batch of events after the other. */
export interface LiveExecution {
  readonly origin: ExecutionOrigin;
  /** The execution as its tasks see it. */
  readonly owner: TaskOwner;
  /** The last committed state. */
  execution: Execution;
  /** Length of that state in the journal, in characters of JSON. */
  characters: number;
  /** Not yet in the journal. */
  isNew: boolean;
  mailbox: Delivery[];
  busy: boolean;
}

/** How many of the least recently used executions are tried for eviction; busy ones have to stay. */
const EVICTION_TRIES = 16;

/** Bounds of the cache. */
export interface LiveLimits {
  readonly executions: number;
  /** Sum of the states' lengths, in characters of JSON. */
  readonly characters: number;
}

/** An LRU cache of executions. Those that wait for long live in the journal alone. */
export class LiveExecutions {
  readonly #kept = new Map<number, LiveExecution>();
  readonly #limits: LiveLimits;
  #characters = 0;

  constructor(limits: LiveLimits) {
    this.#limits = limits;
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
    this.#characters += live.characters;
    this.#evict(live);
  }

  /** Notes the new length of an execution's state. */
  resize(live: LiveExecution, characters: number): void {
    if (this.#kept.get(live.origin.id) === live) {
      this.#characters += characters - live.characters;
    }
    live.characters = characters;
    this.#evict(live);
  }

  delete(id: number): void {
    const live = this.#kept.get(id);
    if (!live) {
      return;
    }
    this.#characters -= live.characters;
    this.#kept.delete(id);
  }

  #evict(latest: LiveExecution): void {
    let tries = EVICTION_TRIES;
    for (const [id, candidate] of this.#kept) {
      const isFull = this.#kept.size > this.#limits.executions || this.#characters > this.#limits.characters;
      if (!isFull || tries === 0) {
        return;
      }
      tries -= 1;
      if (!candidate.busy && candidate !== latest) {
        this.delete(id);
      }
    }
  }
}
