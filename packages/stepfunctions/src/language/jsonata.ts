import { isNumber, nearestNumber } from './exact-number.ts';
import type { Json, JsonObject } from './json.ts';
import { ExactValues } from './jsonata/exact-values.ts';
import { compileJsonata, isJsonataError, JsonataSyntaxError, jsonataMessage } from './jsonata/expression.ts';
import {
  EVALUATION_CONTEXT,
  type EvaluationContext,
  EvaluationLimitError,
  EvaluationLimits,
} from './jsonata/limits.ts';
import { plainResult, UNSUPPORTED } from './jsonata/result.ts';
import { follow } from './jsonata/simple-reference.ts';
import { Draws } from './randomness.ts';
import type { Scope, Where } from './scope.ts';
import { StatesError } from './states-error.ts';

const OPENING = '{%';
const CLOSING = '%}';

/** The expression inside `{% %}`, trimmed; `undefined` for any other text, be it with a space around the brackets. */
export function jsonataExpression(text: string): string | undefined {
  const delimited =
    text.startsWith(OPENING) && text.endsWith(CLOSING) && text.length >= OPENING.length + CLOSING.length;
  return delimited ? text.slice(OPENING.length, -CLOSING.length).trim() : undefined;
}

/**
 * Evaluates one JSONata expression, given without its `{% %}`.
 *
 * @throws {StatesError} `States.QueryEvaluationError` in AWS's words: it failed, or its result is undefined or not
 *   JSON.
 */
export async function evaluateJsonata(expression: string, scope: Scope, where: Where): Promise<Json> {
  let result: Json | undefined | typeof UNSUPPORTED;
  try {
    const compiled = compileJsonata(expression);
    const followed = compiled.reference && follow(compiled.reference, scope);
    if (followed?.value !== undefined) {
      return followed.value;
    }
    if (followed === undefined) {
      const context = evaluationContext(scope, where, expression);
      result = await inTurn(async () =>
        plainResult(await compiled.expression.evaluate(undefined, bindings(scope, context)), context.exact),
      );
    }
  } catch (error) {
    throw queryError(expression, where, `threw an error during evaluation${described(error)}`, error);
  }
  if (result === UNSUPPORTED) {
    throw queryError(expression, where, 'returned an unsupported result type.');
  }
  if (result === undefined) {
    throw queryError(expression, where, 'returned nothing (undefined).');
  }
  return result;
}

/**
 * Evaluates a value of a JSONata state (`Arguments`, `Output`, `Assign`, `ItemSelector`, `Items`, a string field, ...).
 * Each string `{% expression %}` in it is replaced by the expression's result. `where.field` names the root. Error texts and
 * the error's `location` append the path inside.
 *
 * @throws {StatesError} As {@link evaluateJsonata}.
 */
export async function evaluateJsonataTemplate(template: Json, scope: Scope, where: Where): Promise<Json> {
  if (typeof template === 'string') {
    const expression = jsonataExpression(template);
    return expression === undefined ? template : evaluateJsonata(expression, scope, where);
  }
  if (typeof template !== 'object' || template === null || isConstant(template)) {
    return template;
  }
  if (Array.isArray(template)) {
    const elements: Json[] = [];
    for (const [at, element] of template.entries()) {
      elements.push(await evaluateJsonataTemplate(element, scope, { ...where, field: `${where.field}[${at}]` }));
    }
    return elements;
  }
  const members: [string, Json][] = [];
  for (const [key, member] of Object.entries(template)) {
    members.push([key, await evaluateJsonataTemplate(member, scope, { ...where, field: `${where.field}/${key}` })]);
  }
  return Object.fromEntries(members);
}

let latest: Promise<unknown> = Promise.resolve();

/**
 * Runs evaluations one after the other. JSONata would interleave them at every step and hold the memory of all at once.
 */
function inTurn<T>(evaluation: () => Promise<T>): Promise<T> {
  const turn = latest.then(evaluation);
  latest = turn.catch(() => undefined);
  return turn;
}

/** A failure of an expression, `States.QueryEvaluationError`, with what went wrong at the end of AWS's sentence. */
export function queryError(expression: string, where: Where, whatWentWrong: string, origin?: unknown): StatesError {
  return new StatesError(
    'States.QueryEvaluationError',
    `The JSONata expression '${expression}' specified for the field '${where.field}' ${whatWentWrong}`,
    { location: where.field, origin },
  );
}

const constants = new WeakMap<object, boolean>();

function isConstant(template: object): boolean {
  let known = constants.get(template);
  if (known === undefined) {
    known = Object.values(template).every((value: Json) =>
      typeof value === 'string'
        ? jsonataExpression(value) === undefined
        : typeof value !== 'object' || value === null || isConstant(value),
    );
    constants.set(template, known);
  }
  return known;
}

function evaluationContext(scope: Scope, where: Where, expression: string): EvaluationContext {
  return {
    at: scope.at,
    draws: new Draws(scope, `${where.stateName}/${where.field}/${expression}`),
    limits: new EvaluationLimits(),
    exact: new ExactValues(),
  };
}

function bindings(scope: Scope, context: EvaluationContext): Record<string, unknown> {
  const { exact } = context;
  return {
    ...(exact.approximate(scope.variables) as JsonObject),
    states: {
      input: exact.approximate(scope.input),
      // Few expressions read the context object, and building it costs time.
      get context() {
        return exact.approximate(scope.context);
      },
      ...(scope.result !== undefined && { result: exact.approximate(scope.result) }),
      ...(scope.errorOutput !== undefined && { errorOutput: exact.approximate(scope.errorOutput) }),
    },
    [EVALUATION_CONTEXT]: context,
  };
}

/** The limits' errors are worded as AWS words its own; the rest is JSONata's code and message. */
const LIMIT_MESSAGES: { readonly [code: string]: string } = {
  D1011: ': Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive',
  D1012: ': Expression evaluation timeout: Check for infinite loop',
  D2014: ': Expression evaluation memory limit exceeded: Check for excessive memory usage',
  D2015: ': Expression evaluation memory limit exceeded: Check for excessive memory usage',
};

function described(error: unknown): string {
  if (error instanceof RangeError) {
    return (tooLarge(error) ? LIMIT_MESSAGES.D2014 : LIMIT_MESSAGES.D1011) ?? '';
  }
  if (error instanceof EvaluationLimitError) {
    return LIMIT_MESSAGES[error.code] ?? '';
  }
  if (!isJsonataError(error) || error instanceof JsonataSyntaxError) {
    return `: ${jsonataMessage(error)}`;
  }
  return LIMIT_MESSAGES[error.code] ?? `. ${error.code}: ${error.message}`;
}

/** Whether V8 could not allocate a value. Its other `RangeError` is a stack overflow. */
function tooLarge(error: RangeError): boolean {
  return error.message.startsWith('Invalid');
}

/** The types that a field can require, and their TypeScript types. */
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
  const found = await evaluateJsonataTemplate(template, scope, where);
  const value = type === 'number' ? (nearestNumber(found) ?? found) : found;
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
  return Array.isArray(value) ? 'array' : isNumber(value) ? 'number' : typeof value;
}
