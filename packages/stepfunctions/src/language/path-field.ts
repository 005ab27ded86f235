import { evaluateIntrinsic } from './intrinsics/evaluate-intrinsic.ts';
import type { Json } from './json.ts';
import { parsePath } from './jsonpath/path-parser.ts';
import { resolve } from './jsonpath/resolve.ts';
import type { Scope, Where } from './scope.ts';
import { StatesError } from './states-error.ts';

/** Fields whose failures AWS words by the path alone. */
const WHOLE_VALUE_FIELDS: ReadonlySet<string> = new Set(['InputPath', 'OutputPath']);

/**
 * What a path field of a JSONPath state selects: `InputPath`, `OutputPath`, `SecondsPath`, `ErrorPath`, ...
 * `undefined` means the field is absent (the whole input), `null` yields `{}`. `$`, `$$` and `$variable` may start the
 * path; an intrinsic function may stand in its place. `OutputPath` selects from the effective output: pass it as
 * `scope.input`. For `ItemsPath` see {@link applyItemsPath}.
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
