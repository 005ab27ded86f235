import type { Json } from './json.ts';
import type { Scope, Where } from './scope.ts';

/** A type that a field insists on, and what it is in TypeScript. */
export interface ExpectedType {
  readonly array: readonly Json[];
  readonly boolean: boolean;
  readonly number: number;
  readonly object: { readonly [key: string]: Json };
  readonly string: string;
}

/**
 * Like `evaluateJsonataTemplate`, for a field that takes one type only (`Items`: array, `Seconds`: number, ...).
 *
 * @throws {StatesError} "… returned an unexpected result type. Expected 'array', but was 'number' for value: 1".
 */
export async function evaluateJsonataAs<T extends keyof ExpectedType>(
  _template: Json,
  _type: T,
  _scope: Scope,
  _where: Where,
): Promise<ExpectedType[T]> {
  throw new Error('signature');
}
