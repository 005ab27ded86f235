/** The range of the limit, and the latency that it aims at. */
export interface ConcurrencyLimitOptions {
  /** This many are always admitted, however long they take. */
  readonly min: number;
  readonly max: number;
  /** Work that takes longer means that too much of it is in flight. */
  readonly targetMs: number;
}

/**
 * An adaptive concurrency limit (AIMD, like TCP's congestion window). It grows by addition while at least half of it is used and
 * work is in time. It shrinks by multiplication when work is late. It has no clock of its own.
 *
 * @example
 * if (limit.tryEnter()) {
 *   const enteredAt = performance.now();
 *   await work();
 *   limit.leave(enteredAt, performance.now());
 * }
 */
export class ConcurrencyLimit {
  readonly #options: ConcurrencyLimitOptions;
  #limit: number;
  #inFlight = 0;
  #decreasedAt = Number.NEGATIVE_INFINITY;

  constructor(options: ConcurrencyLimitOptions) {
    this.#options = options;
    this.#limit = Math.min(options.max, options.min * 4);
  }

  /** How many may be in flight now. */
  get limit(): number {
    return Math.floor(this.#limit);
  }

  /** How many are in flight now. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Admits one piece of work unless the limit is reached. */
  tryEnter(): boolean {
    if (this.#inFlight >= this.limit) {
      return false;
    }
    this.#inFlight += 1;
    return true;
  }

  /** Ends one piece of work. Both times are in milliseconds of the same clock. */
  leave(enteredAt: number, now: number): void {
    const wasUsed = this.#inFlight * 2 >= this.#limit;
    this.#inFlight -= 1;
    const { min, max, targetMs } = this.#options;
    if (now - enteredAt <= targetMs) {
      if (wasUsed) {
        this.#limit = Math.min(max, this.#limit + 1 / this.#limit);
      }
    } else if (enteredAt > this.#decreasedAt) {
      // Work admitted before the last decrease says nothing about the present limit.
      this.#limit = Math.max(min, this.#limit * 0.8);
      this.#decreasedAt = now;
    }
  }
}
