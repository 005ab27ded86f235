import type { Json } from './json.ts';
import type { Scope, Where } from './scope.ts';

/**
 * A payload template of a JSONPath state: `Parameters`, `ResultSelector`, `ItemSelector`, `BatchInput`, `Assign`. A
 * member `"name.$"` becomes `"name"` with what its path or intrinsic function yields.
 *
 * @throws {StatesError} `States.ParameterPathFailure`, `States.IntrinsicFailure` or `States.Runtime`, in AWS's words.
 */
export function evaluatePayloadTemplate(_template: Json, _scope: Scope, _where: Where): Json {
  throw new Error('signature');
}
