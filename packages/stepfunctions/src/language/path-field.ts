import { evaluateIntrinsic } from './intrinsics/evaluate-intrinsic.ts';
import { isJsonObject, type Json } from './json.ts';
import type { Segment } from './jsonpath/path.ts';
import { parsePath } from './jsonpath/path-parser.ts';
import { resolve } from './jsonpath/select.ts';
import type { Scope, Where } from './scope.ts';
import { StatesError } from './states-error.ts';

/** Fields whose failures AWS describes by the path alone. */
const WHOLE_VALUE_FIELDS: ReadonlySet<string> = new Set(['InputPath', 'OutputPath']);

/**
 * The value of a path field of a JSONPath state: `InputPath`, `OutputPath`, `SecondsPath`, `ErrorPath`, ... An absent
 * field selects the whole input, `null` yields `{}`. The field may also hold an intrinsic function. `OutputPath`
 * selects from the effective output, so pass that as `scope.input`. For `ItemsPath` see {@link applyItemsPath}.
 *
 * @throws {StatesError} `States.Runtime`: nothing is there.
 */
export function applyPath(path: string | null | undefined, scope: Scope, where: Where): Json {
  if (path === undefined || path === '$') {
    return scope.input;
  }
  if (path === null) {
    return {};
  }
  if (path.startsWith('States.')) {
    return evaluateIntrinsic(path, scope, where);
  }
  const selection = resolve(parsePath(path), scope);
  if (selection.found) {
    return selection.value;
  }
  throw WHOLE_VALUE_FIELDS.has(where.field)
    ? new StatesError('States.Runtime', `Invalid path '${path}' : ${selection.reason}`)
    : pathNotFound(path, where.field, scope.input);
}

/**
 * The items of a Map state: what `ItemsPath` selects, or the whole input when it is absent.
 *
 * @throws {StatesError} `States.Runtime`: nothing is there, or no array.
 */
export function applyItemsPath(path: string | undefined, scope: Scope, where: Where): readonly Json[] {
  const items = applyPath(path, scope, where);
  if (Array.isArray(items)) {
    return items;
  }
  // AWS drops the second `$` of a path into the context object here.
  const shown = (path ?? '$').replace(/^\$\$/, '$');
  throw new StatesError('States.Runtime', `Reference path "${shown}" must point to array.`);
}

/** The failure of a field whose path leads nowhere. */
export function pathNotFound(path: string, field: string, input: Json): StatesError {
  return new StatesError(
    'States.Runtime',
    `The JSONPath '${path}' specified for the field '${field}' could not be found in the input '${JSON.stringify(input)}'`,
  );
}

/**
 * Puts a state's result into its raw input at `ResultPath`. `undefined` and `$` replace the input, `null` drops the
 * result, and a reference path adds missing members. Neither argument is changed.
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
