import { MatchingTime } from '../bounded-regexp.ts';
import type { Json } from '../json.ts';
import { StatesError } from '../states-error.ts';

/** The value that a path selected, or the reason why there is none, worded as by Jayway and AWS. */
export type Selection =
  /** AWS finds null at an index outside of an array: a value, but one that is not present. */
  | { readonly found: true; readonly value: Json; readonly isOutsideArray?: true }
  | { readonly found: false; readonly reason: string };

/**
 * The most values that one path may read, which take a second or two. A filter may search the whole document for every
 * element.
 */
const MOST_VISITS = 10_000_000;

/** The cost of applying one path, including the paths in its filters. */
export class SelectionEffort {
  /** The time limit of all regular expressions in its filters. */
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
