import type { Json } from './json.ts';
import { isJsonObject } from './json-object.ts';
import type { Segment } from './jsonpath/path.ts';
import { parsePath } from './jsonpath/path-parser.ts';
import { StatesError } from './states-error.ts';

/**
 * Puts a state's result into its raw input where `ResultPath` says: `undefined` and `$` replace the input, `null`
 * drops the result, a reference path makes the members that are missing. Neither argument is changed.
 *
 * @throws {StatesError} `States.ResultPathMatchFailure`: the input cannot take a member there.
 */
export function applyResultPath(path: string | null | undefined, input: Json, result: Json): Json {
  if (path === undefined || path === '$') {
    return result;
  }
  if (path === null) {
    return input;
  }
  const placed = place(input, parsePath(path).segments, 0, result);
  if (placed === undefined) {
    throw new StatesError(
      'States.ResultPathMatchFailure',
      `Unable to apply ReferencePath ${path} to input ${JSON.stringify(input)}`,
    );
  }
  return placed;
}

function place(target: Json | undefined, segments: readonly Segment[], at: number, result: Json): Json | undefined {
  const segment = segments[at];
  if (segment === undefined) {
    return result;
  }
  if (segment.kind === 'MEMBER') {
    return placeMember(target, segment.name, segments, at, result);
  }
  if (segment.kind === 'INDEX') {
    return placeElement(target, segment.index, segments, at, result);
  }
  return undefined;
}

function placeMember(target: Json | undefined, name: string, segments: readonly Segment[], at: number, result: Json) {
  if (target !== undefined && !isJsonObject(target)) {
    return undefined;
  }
  const inner = target !== undefined && Object.hasOwn(target, name) ? target[name] : undefined;
  const placed = place(inner, segments, at + 1, result);
  return placed === undefined ? undefined : { ...target, [name]: placed };
}

function placeElement(target: Json | undefined, index: number, segments: readonly Segment[], at: number, result: Json) {
  if (!Array.isArray(target) || index < 0 || index >= target.length) {
    return undefined;
  }
  const placed = place(target[index], segments, at + 1, result);
  return placed === undefined ? undefined : target.with(index, placed);
}
