import { MatchingTime } from '../bounded-regexp.ts';
import type { Json } from '../json.ts';
import { StatesError } from '../states-error.ts';

/** What a path found: one value, or why there is none, in Jayway's words as AWS passes them on. */
export type Selection =
  | { readonly found: true; readonly value: Json }
  | { readonly found: false; readonly reason: string };

/** A filter may look through the whole document for every element; ten million values take a second or two. */
const MOST_VISITS = 10_000_000;

/** What applying one path has cost, the paths inside its filters included. */
export class SelectionEffort {
  /** What the regular expressions in its filters may take together. */
  readonly matchingTime = new MatchingTime();
  #visits = 0;

  /** @throws {StatesError} `States.Runtime`: too many values were looked at */
  visit(values: number): void {
    this.#visits += values;
    if (this.#visits > MOST_VISITS) {
      throw new StatesError('States.Runtime', `A path looks at more than ${MOST_VISITS} values of its document.`);
    }
  }
}
