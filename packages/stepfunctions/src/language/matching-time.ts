/** What the regular expressions of one evaluation may take together. */
const LONGEST_MS = 2_000;

/**
 * The time that matching has left. The one clock of the language: V8 does not count the steps of a match, and stops
 * one by time alone. It decides nothing but whether a regular expression that goes on and on fails.
 */
export class MatchingTime {
  #leftMs = LONGEST_MS;

  /** In whole milliseconds; 0 when it is used up. */
  get leftMs(): number {
    return Math.max(0, Math.ceil(this.#leftMs));
  }

  spend(ms: number): void {
    this.#leftMs -= ms;
  }
}
