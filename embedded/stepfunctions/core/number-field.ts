import type { NumberOrExpression } from '../language/definition.ts';
import { applyPath, evaluateJsonataAs } from '../language/evaluate.ts';
import { StatesError } from '../language/states-error.ts';
import { type Executing, effectiveInput } from './input-output.ts';
import { jsonText } from './json-text.ts';
import { stateScope } from './state-scope.ts';

type Selecting = Parameters<typeof effectiveInput>[0]['state'];

/**
 * A field that takes a number, an expression or, under another name, a path: `TimeoutSeconds` and `TimeoutSecondsPath`. A path may
 * also lead to a number written as a string, as AWS has it.
 *
 * @returns the number, 0 or more; undefined when neither field is there
 * @throws {StatesError} It is no such number.
 */
export async function numberField(
  executing: Executing<Selecting>,
  field: string,
  value: NumberOrExpression | undefined,
  path: string | undefined,
): Promise<number | undefined> {
  const { draft, frameId, run } = executing;
  if (path !== undefined) {
    const where = { stateName: run.name, field: `${field}Path` };
    const found = applyPath(path, stateScope(draft, frameId, effectiveInput(executing)), where);
    const number = typeof found === 'string' && found.trim() !== '' ? Number(found) : found;
    if (isCount(number)) return number;
    throw new StatesError(
      'States.Runtime',
      `The ${field}Path parameter does not reference a number of 0 or more: ${path} == ${jsonText(found)}`,
    );
  }
  if (value === undefined || typeof value === 'number') return value;
  const where = { stateName: run.name, field };
  const number = await evaluateJsonataAs(value, 'number', stateScope(draft, frameId, run.input), where);
  if (isCount(number)) return number;
  throw new StatesError(
    'States.QueryEvaluationError',
    `The JSONata expression '${value}' specified for the field '${field}' has to yield a number of 0 or more, not ${number}`,
    { location: field },
  );
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
