import type { NumberOrExpression } from '../language/definition.ts';
import { nearestNumber } from '../language/exact-number.ts';
import type { Json } from '../language/json.ts';
import { evaluateJsonataAs } from '../language/jsonata.ts';
import { applyPath } from '../language/path-field.ts';
import { StatesError } from '../language/states-error.ts';
import { type Executing, effectiveInput } from './input-output.ts';
import { jsonText } from './json-text.ts';
import { stateScope } from './state-scope.ts';

type Selecting = Parameters<typeof effectiveInput>[0]['state'];

/** A field that takes a number, an expression or, with the suffix `Path`, a path. */
export type NumberField =
  | 'Seconds'
  | 'TimeoutSeconds'
  | 'HeartbeatSeconds'
  | 'MaxConcurrency'
  | 'ToleratedFailureCount'
  | 'ToleratedFailurePercentage'
  | 'MaxItems'
  | 'MaxItemsPerBatch'
  | 'MaxInputBytesPerBatch';

/**
 * Evaluates such a field. A path may also lead to a number written as a string, as AWS has it.
 *
 * @returns the number, 0 or more; undefined when neither field is there
 * @throws {StatesError} It is no such number.
 */
export async function numberField(
  executing: Executing<Selecting>,
  field: NumberField,
  value: NumberOrExpression | undefined,
  path: string | undefined,
): Promise<number | undefined> {
  const { draft, frameId, run } = executing;
  if (path !== undefined) {
    const where = { stateName: run.name, field: `${field}Path` };
    const found = applyPath(path, stateScope(draft, frameId, effectiveInput(executing)), where);
    const number = numberIn(found, field === 'ToleratedFailurePercentage');
    const fault = number === undefined ? notANumber(field, path, found) : outOfRange(field, path, number);
    if (fault === undefined) {
      return number;
    }
    throw new StatesError('States.Runtime', fault);
  }
  if (value === undefined || typeof value === 'number') {
    return value;
  }
  const where = { stateName: run.name, field };
  const number = await evaluateJsonataAs(value, 'number', stateScope(draft, frameId, run.input), where);
  const fault = outOfRange(field, value, number);
  if (fault === undefined) {
    return number;
  }
  throw new StatesError('States.QueryEvaluationError', fault, { location: field });
}

function numberIn(found: Json, fractions: boolean): number | undefined {
  const number = typeof found === 'string' && found.trim() !== '' ? Number(found) : nearestNumber(found);
  if (number === undefined || !Number.isFinite(number)) {
    return undefined;
  }
  return fractions || Number.isInteger(number) ? number : undefined;
}

function notANumber(field: NumberField, path: string, found: Json): string {
  const kind = field === 'ToleratedFailurePercentage' ? 'float' : 'integer';
  if (isTaskOrWait(field)) {
    return `The ${field}Path parameter cannot be parsed as a long value: ${path} == ${jsonText(found)}`;
  }
  const text = typeof found === 'string' ? found : jsonText(found);
  return `The ${field}Path field refers to value "${text}" which is not a valid ${kind}: ${path}`;
}

function outOfRange(field: NumberField, written: string, number: number): string | undefined {
  if (field === 'ToleratedFailurePercentage') {
    return number < 0 || number > 100 ? `${field} must be between 0 and 100.` : undefined;
  }
  if (number >= 0) {
    return undefined;
  }
  if (isTaskOrWait(field)) {
    return `The ${field}Path parameter references a negative value: ${written} == ${number}`;
  }
  if (field === 'ToleratedFailureCount') {
    return `${field} cannot be negative.`;
  }
  return `Expected non-negative integer for ${field}, got '${number}' instead.`;
}

function isTaskOrWait(field: NumberField): boolean {
  return field === 'Seconds' || field === 'TimeoutSeconds' || field === 'HeartbeatSeconds';
}
