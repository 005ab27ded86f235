const SHORTEST_MS = 1_000;
const LONGEST_MS = 60_000;

/** Part of the capacity that is left to clients who come back; the rest is for new ones. */
const SHARE_OF_RETURNING = 0.5;

/**
 * Gives every refused request a time at which there is room for it: a virtual queue. Requests that were refused together come
 * back one after the other, at half the rate at which requests were served lately. It has no clock of its own.
 */
export class RetrySlots {
  #nextAt = Number.NEGATIVE_INFINITY;
  #second = Number.NEGATIVE_INFINITY;
  #served = 0;
  #servedBefore = 0;

  /** Counts one request that was served. `now` is in milliseconds, as in `secondsUntilSlot`. */
  served(now: number): void {
    this.#startSecond(now);
    this.#served += 1;
  }

  /** Whole seconds until the slot of a request that is refused now: 1 to 60. */
  secondsUntilSlot(now: number): number {
    this.#startSecond(now);
    const perSecond = Math.max(this.#served, this.#servedBefore, 1);
    const earliest = Math.max(this.#nextAt, now + SHORTEST_MS);
    this.#nextAt = Math.min(earliest + 1_000 / (perSecond * SHARE_OF_RETURNING), now + LONGEST_MS);
    return Math.min(LONGEST_MS / 1_000, Math.ceil((this.#nextAt - now) / 1_000));
  }

  #startSecond(now: number): void {
    const elapsed = Math.floor((now - this.#second) / 1_000);
    if (elapsed >= 1) {
      this.#servedBefore = elapsed === 1 ? this.#served : 0;
      this.#served = 0;
      this.#second = Number.isFinite(elapsed) ? this.#second + elapsed * 1_000 : now;
    }
  }
}
