import type { Json } from './json.ts';
import type { Scope, Where } from './scope.ts';

/**
 * Evaluates one JSONata expression, given without its `{% %}`.
 *
 * @throws {StatesError} `States.QueryEvaluationError` in AWS's words: it failed, yielded nothing, or something that is no JSON.
 */
export async function evaluateJsonata(_expression: string, _scope: Scope, _where: Where): Promise<Json> {
  throw new Error('signature');
}

/**
 * A value of a JSONata state (`Arguments`, `Output`, `Assign`, `ItemSelector`, `Items`, a string field, ...): every
 * string in it that is `{% expression %}` becomes what the expression yields, all else stays. `where.field` names the root; the
 * error texts and the error's `location` append the path inside.
 *
 * @throws {StatesError} As {@link evaluateJsonata}.
 */
export async function evaluateJsonataTemplate(_template: Json, _scope: Scope, _where: Where): Promise<Json> {
  throw new Error('signature');
}
