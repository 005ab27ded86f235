import type { Json, JsonObject } from './json.ts';
import { evaluateJsonataTemplate, jsonataExpression, queryError } from './jsonata.ts';
import type { Scope, Where } from './scope.ts';

/** A type that a field insists on, and what it is in TypeScript. */
export interface ExpectedType {
  readonly array: readonly Json[];
  readonly boolean: boolean;
  readonly number: number;
  readonly object: JsonObject;
  readonly string: string;
}

/**
 * Like `evaluateJsonataTemplate`, for a field that takes one type only (`Items`: array, `Seconds`: number, ...).
 *
 * @throws {StatesError} "… returned an unexpected result type. Expected 'array', but was 'number' for value: 1".
 */
export async function evaluateJsonataAs<T extends keyof ExpectedType>(
  template: Json,
  type: T,
  scope: Scope,
  where: Where,
): Promise<ExpectedType[T]> {
  const value = await evaluateJsonataTemplate(template, scope, where);
  if (isOfType(value, type)) {
    return value;
  }
  const expression =
    (typeof template === 'string' ? jsonataExpression(template) : undefined) ?? JSON.stringify(template);
  throw queryError(
    expression,
    where,
    `returned an unexpected result type. Expected '${type}', but was '${typeOf(value)}' for value: ${JSON.stringify(value)}`,
  );
}

function isOfType<T extends keyof ExpectedType>(value: Json, type: T): value is Json & ExpectedType[T] {
  return typeOf(value) === type;
}

function typeOf(value: Json): string {
  if (value === null) {
    return 'null';
  }
  return Array.isArray(value) ? 'array' : typeof value;
}
