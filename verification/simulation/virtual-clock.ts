interface Timer {
  readonly at: number;
  readonly sequence: number;
  readonly run: () => void | Promise<void>;
}

/** Virtual time starts at 2030-01-01T00:00:00Z, so that it is not mistaken for real time. */
const EPOCH = Date.UTC(2030, 0, 1);

/** Virtual time, which jumps from timer to timer. */
export class VirtualClock {
  #now = EPOCH;
  #sequence = 0;
  #fired = 0;
  readonly #timers: Timer[] = [];

  /** Milliseconds since the Unix epoch. */
  get now(): number {
    return this.#now;
  }

  /** How many timers have fired. */
  get fired(): number {
    return this.#fired;
  }

  get date(): Date {
    return new Date(this.#now);
  }

  /** Schedules a callback; at once if the time has passed. Callbacks of the same time run in the order of these calls. */
  at(moment: number, run: Timer['run']): void {
    this.#sequence += 1;
    const timer = { at: Math.max(moment, this.#now), sequence: this.#sequence, run };
    const index = this.#timers.findLastIndex(({ at }) => at <= timer.at);
    this.#timers.splice(index + 1, 0, timer);
  }

  /** Schedules a callback so many seconds from now. */
  after(seconds: number, run: Timer['run']): void {
    this.at(this.#now + seconds * 1000, run);
  }

  /** Resolves so many seconds from now. The caller's continuation runs before the next timer. */
  pause(seconds: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(seconds, () => {
        resolve();
        return settleContinuations();
      });
    });
  }

  /**
   * Runs until no timer is left.
   *
   * @param afterEach called after each timer
   * @throws {Error} there are still timers after `limit` of them: an endless loop
   */
  async runToEnd(limit: number, afterEach: () => void): Promise<void> {
    for (let done = 0; done < limit; done += 1) {
      const next = this.#timers.shift();
      if (next === undefined) {
        return;
      }
      this.#now = next.at;
      this.#fired += 1;
      await next.run();
      afterEach();
    }
    throw new Error(`still busy after ${limit} timers`);
  }
}

/** Resolves when all continuations of settled promises have run. */
export function settleContinuations(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
