import type { Json } from './json.ts';

/**
 * Puts a state's result into its raw input where `ResultPath` says: `undefined` and `$` replace the input, `null`
 * drops the result, a reference path makes the members that are missing. Neither argument is changed.
 *
 * @throws {StatesError} `States.ResultPathMatchFailure`: the input cannot take a member there.
 */
export function applyResultPath(_path: string | null | undefined, _input: Json, _result: Json): Json {
  throw new Error('signature');
}
