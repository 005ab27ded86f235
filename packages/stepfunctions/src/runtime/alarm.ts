const LONGEST_SLEEP_MS = 2 ** 31 - 1;

/** One clock for any number of timers: rings at the earliest moment it was set to. */
export class Alarm {
  readonly #ring: () => void;
  #at: number | undefined;
  #timeout: NodeJS.Timeout | undefined;

  constructor(ring: () => void) {
    this.#ring = ring;
  }

  /** Rings at `at`, milliseconds since the epoch, or earlier if it was set so before. */
  set(at: number): void {
    if (this.#at !== undefined && this.#at <= at) {
      return;
    }
    this.stop();
    this.#at = at;
    const sleep = Math.min(Math.max(at - Date.now(), 0), LONGEST_SLEEP_MS);
    this.#timeout = setTimeout(() => {
      this.#at = undefined;
      this.#timeout = undefined;
      if (at > Date.now()) {
        this.set(at);
      } else {
        this.#ring();
      }
    }, sleep);
  }

  stop(): void {
    clearTimeout(this.#timeout);
    this.#at = undefined;
    this.#timeout = undefined;
  }
}
