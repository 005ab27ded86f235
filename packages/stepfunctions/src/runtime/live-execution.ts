import type { ExecutionEvent } from '../core/event.ts';
import type { Execution } from '../core/execution.ts';
import type { ExecutionOrigin } from '../journal/execution-store.ts';

/** An event on its way into an execution. */
export interface Delivery {
  readonly event: ExecutionEvent;
  /** Told whether the event changed anything, once that is durable. */
  readonly done: (changed: boolean) => void;
  readonly failed: (error: unknown) => void;
  /** Writes what has to be in the journal together with what the event changes, if it changes anything. */
  readonly alongside?: () => void;
}

/** An execution in memory. Its events are taken in one after the other. */
export interface LiveExecution {
  readonly origin: ExecutionOrigin;
  /** As it was committed last. */
  execution: Execution;
  /** Size of its state in the journal. */
  characters: number;
  /** Not yet in the journal. */
  isNew: boolean;
  mailbox: Delivery[];
  busy: boolean;
}

/** How many of the executions unused for longest are looked at to make room; busy ones have to stay. */
const EVICTION_TRIES = 16;

/** How much is kept. */
export interface LiveLimits {
  readonly executions: number;
  /** Of their states, in characters of JSON. */
  readonly characters: number;
}

/** Keeps the executions used last; those that wait for long live in the journal alone. */
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
    this.#makeRoom(live);
  }

  /** The execution's state has another size now. */
  resize(live: LiveExecution, characters: number): void {
    if (this.#kept.get(live.origin.id) === live) {
      this.#characters += characters - live.characters;
    }
    live.characters = characters;
    this.#makeRoom(live);
  }

  delete(id: number): void {
    const live = this.#kept.get(id);
    if (!live) {
      return;
    }
    this.#characters -= live.characters;
    this.#kept.delete(id);
  }

  #makeRoom(latest: LiveExecution): void {
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
