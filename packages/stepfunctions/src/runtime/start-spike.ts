/** What counts as a spike of starts. */
export interface SpikeBounds {
  /** Starts at once that are no spike. */
  readonly burst: number;
  /** Starts a second that are none, however long they go on. */
  readonly perSecond: number;
  /** Owners with queued jobs below which there is no spike: work keeps up with the starts. */
  readonly backlog: number;
  /** After this time a spike is the usual load, and work must go on. Milliseconds. */
  readonly longestMs: number;
}

const BOUNDS: SpikeBounds = { burst: 10, perSecond: 25, backlog: 50, longestMs: 30_000 };

/** The level of the bucket at most, in bursts, so that a spike is over soon after its last start. */
const BURSTS_REMEMBERED = 2;

/**
 * Tells whether executions are started faster than they are worked off, by a leaky bucket of starts. It has no clock of its own:
 * times are in milliseconds of one clock.
 */
export class StartSpike {
  readonly #bounds: SpikeBounds;
  #level = 0;
  #levelAt = 0;
  #since: number | undefined;

  constructor(bounds: SpikeBounds = BOUNDS) {
    this.#bounds = bounds;
  }

  /** Counts one start. */
  started(now: number): void {
    this.#level = Math.min(this.#levelOf(now) + 1, this.#bounds.burst * BURSTS_REMEMBERED);
    this.#levelAt = now;
  }

  /** Whether a spike goes on. `waiting` are the owners with queued jobs. */
  goesOn(now: number, waiting: number): boolean {
    if (waiting < this.#bounds.backlog) {
      this.#since = undefined;
      return false;
    }
    if (this.#levelOf(now) <= this.#bounds.burst) {
      return false;
    }
    this.#since ??= now;
    return now - this.#since < this.#bounds.longestMs;
  }

  #levelOf(now: number): number {
    return Math.max(0, this.#level - ((now - this.#levelAt) * this.#bounds.perSecond) / 1_000);
  }
}
