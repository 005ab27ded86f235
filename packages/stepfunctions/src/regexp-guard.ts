import { setFlagsFromString } from 'node:v8';

/**
 * Lets V8 switch to its linear-time engine when a regular expression backtracks excessively, so that `$match` or a
 * JSONPath filter is answered instead of stopped. V8 does not switch for back references, look-around, flags such as `i`
 * and deeply nested repetitions. In every case `language/bounded-regexp.ts` bounds the time of a match.
 *
 * @see https://v8.dev/blog/non-backtracking-regexp
 */
export function guardAgainstRunawayExpressions(): void {
  setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');
}
