/**
 * A clock that never goes back. Where the machine's clock is set back, time goes on at its pace from where it was, so that a
 * wait, a timeout and a pause before a retry last as long as they should. It follows the machine's clock again once that has
 * caught up, and where that is set ahead. Not kept over a restart: a clock that had gone wrong is right again afterwards.
 */
export class SteadyClock {
  #anchor = Date.now();
  #anchoredAt = performance.now();

  /** Whole milliseconds since the epoch. */
  now(): number {
    const clock = Date.now();
    const passed = performance.now() - this.#anchoredAt;
    const steady = this.#anchor + Math.floor(passed);
    if (clock < steady) {
      return steady;
    }
    this.#anchor = clock;
    this.#anchoredAt += passed;
    return clock;
  }
}
