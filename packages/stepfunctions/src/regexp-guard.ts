import { setFlagsFromString } from 'node:v8';

/**
 * Lets V8 go over to its linear-time engine for most regular expressions that backtrack without end, so that a
 * definition's `$match` or JSONPath filter is answered instead of stopped. Whether it goes over or not, the time of a
 * match is bounded (`language/bounded-regexp.ts`): it does not for back references, look-around, flags such as `i` and
 * repetitions nested deep.
 *
 * @see https://v8.dev/blog/non-backtracking-regexp
 */
export function guardAgainstRunawayExpressions(): void {
  setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');
}
