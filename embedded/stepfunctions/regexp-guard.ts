import { setFlagsFromString } from 'node:v8';

/**
 * Lets V8 go over to its linear-time engine for a regular expression that backtracks without end, so that a definition's
 * `$match` or a JSONPath filter cannot stop the process. Expressions that need backtracking (back references, look-around) and
 * those with the `i` flag cannot go over; they have a bounded time (`language/bounded-regexp.ts`).
 *
 * @see https://v8.dev/blog/non-backtracking-regexp
 */
export function guardAgainstRunawayExpressions(): void {
  setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');
}
