import type { Json } from './json.ts';
import type { Scope, Where } from './scope.ts';

/**
 * What a path field of a JSONPath state selects: `InputPath`, `OutputPath`, `ItemsPath`, `SecondsPath`, `ErrorPath`, ...
 * `undefined` means the field is absent (the whole input), `null` yields `{}`. `$`, `$$` and `$variable` may
 * start the path; `ErrorPath` and `CausePath` take intrinsic functions too. `OutputPath` selects from the
 * effective output: pass it as `scope.input`.
 *
 * @throws {StatesError} Nothing is there (`States.Runtime`, in the words AWS uses for that field), or the path has no meaning.
 */
export function applyPath(_path: string | null | undefined, _scope: Scope, _where: Where): Json {
  throw new Error('signature');
}
