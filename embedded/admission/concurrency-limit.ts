/** How many at once, and how soon they should be done. */
export interface ConcurrencyLimitOptions {
  /** So many are always let in, however long they take. */
  readonly least: number;
  /** Never more than so many. */
  readonly most: number;
  /** Where work takes longer than this, there is too much of it at once. */
  readonly targetMs: number;
}

/**
 * Limits how much is under way at once to what gets done in time, whatever the machine: additive increase while the limit
 * is used and work is in time, multiplicative decrease when it is not (as TCP finds its window). Has no clock of its own.
 */
export class ConcurrencyLimit {
  readonly #options: ConcurrencyLimitOptions;
  #limit: number;
  #underWay = 0;
  #decreasedAt = Number.NEGATIVE_INFINITY;

  constructor(options: ConcurrencyLimitOptions) {
    this.#options = options;
    this.#limit = Math.min(options.most, options.least * 4);
  }

  /** How many may be under way now. */
  get limit(): number {
    return Math.floor(this.#limit);
  }

  /** Lets one piece of work in, or not. */
  tryEnter(): boolean {
    if (this.#underWay >= this.limit) {
      return false;
    }
    this.#underWay += 1;
    return true;
  }

  /** One piece of work is done; times in milliseconds of one clock. */
  leave(enteredAt: number, now: number): void {
    const wasFull = this.#underWay * 2 >= this.#limit;
    this.#underWay -= 1;
    const { least, most, targetMs } = this.#options;
    if (now - enteredAt <= targetMs) {
      if (wasFull) {
        this.#limit = Math.min(most, this.#limit + 1 / this.#limit);
      }
    } else if (enteredAt > this.#decreasedAt) {
      // Work that came in before the last decrease says nothing about the limit of now.
      this.#limit = Math.max(least, this.#limit * 0.8);
      this.#decreasedAt = now;
    }
  }
}
