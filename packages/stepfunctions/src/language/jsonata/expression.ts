import jsonata from 'jsonata';
import { BoundedCache } from '../bounded-cache.ts';
import { regExpsWithin } from '../bounded-regexp.ts';
import { boundedFunctions } from './bounded-functions.ts';
import { AFTER_STEP, type AstNode, BEFORE_STEP, bindHook, type RunningEnvironment } from './built-in.ts';
import {
  EVALUATION_CONTEXT,
  type EvaluationContext,
  type EvaluationLimits,
  LONGEST_SEQUENCE,
  MANY_PARTS,
} from './limits.ts';
import { type SimpleReference, simpleReference } from './simple-reference.ts';

/** The most compiled expressions in the cache of all state machines. */
const REMEMBERED = 5_000;

/** A safety net behind the limit of steps, for expressions with long steps. Such an expression fails as on AWS. */
const LONGEST_EVALUATION_MS = 10_000;

/** Thrown for an expression that JSONata cannot parse; the message is JSONata's own, as AWS shows it. */
export class JsonataSyntaxError extends Error {
  override readonly name = 'JsonataSyntaxError';
}

/** An expression ready to be evaluated. */
export interface CompiledJsonata {
  readonly expression: jsonata.Expression;
  /** Present if the expression only follows names. */
  readonly reference: SimpleReference | undefined;
}

const compiled = new BoundedCache<CompiledJsonata>(REMEMBERED);

/**
 * Compiles an expression, without its `{% %}`.
 *
 * @throws {JsonataSyntaxError} It does not parse as JSONata 2.0.6, the version that Step Functions runs.
 */
export function compileJsonata(text: string): CompiledJsonata {
  return compiled.get(text, () => compile(text));
}

/** Like {@link compileJsonata}, but without the cache and with another time limit. */
export function compile(text: string, timeoutMs = LONGEST_EVALUATION_MS): CompiledJsonata {
  refuseLaterOperators(text);
  const expression = parse(text, timeoutMs);
  expression.assign('eval', undefined);
  for (const [name, implementation] of boundedFunctions) {
    expression.assign(name, implementation);
  }
  holdToLimits(expression);
  return { expression, reference: simpleReference(expression) };
}

function parse(text: string, timeoutMs: number): jsonata.Expression {
  try {
    return jsonata(text, { sequence: LONGEST_SEQUENCE, timeout: timeoutMs });
  } catch (error) {
    throw new JsonataSyntaxError(jsonataMessage(error), { cause: error });
  }
}

/**
 * Refuses `??` and `?:`, which JSONata 2.1 introduced. A space inside them causes the syntax error of 2.0.6. In
 * strings, names and comments the space changes nothing.
 */
function refuseLaterOperators(text: string): void {
  if (!/\?[?:]/.test(text)) {
    return;
  }
  try {
    jsonata(text.replaceAll(/\?(?=[?:])/g, '? '));
  } catch (error) {
    if (isJsonataError(error)) {
      throw new JsonataSyntaxError(jsonataMessage(error), { cause: error });
    }
    // The space broke a regular expression such as /(?:a)/, which contains no operator.
  }
}

/** Whether an error is one of JSONata's own, with a code such as `T2001`. */
export function isJsonataError(error: unknown): error is { readonly code: string; readonly message: string } {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string';
}

/** The message of what JSONata threw, which need not be an Error. */
export function jsonataMessage(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
}

/** Steps that make a new value, which may be larger than its parts. */
const MAKING: ReadonlySet<unknown> = new Set(['unary', 'binary', 'function', 'apply', 'descendant', 'wildcard']);

/** Holds every evaluation of an expression to the limits of its context. */
function holdToLimits(expression: jsonata.Expression): void {
  // The nodes whose values a transformation, `|...|...|`, writes into its copy in place.
  const updates = new WeakSet<object>();
  const before = (node: AstNode, input: unknown, environment: RunningEnvironment): void => {
    const limits = limitsOf(environment);
    limits.enter(partsOf(node, input));
    if (node.type === 'regex') {
      environment.base.RegexEngine = regExpsWithin(limits.matchingTime);
    } else if (node.type === 'transform') {
      updates.add(node.update as object);
    }
  };
  const after = (node: AstNode, input: unknown, environment: RunningEnvironment, result: unknown): void => {
    const limits = limitsOf(environment);
    limits.leave(partsOf(node, input));
    if (isMade(node, result)) {
      limits.checkSize(result);
    }
    if (updates.has(node)) {
      limits.forgetSizes();
    }
  };
  bindHook(expression, BEFORE_STEP, before);
  bindHook(expression, AFTER_STEP, after);
}

function limitsOf({ base, lookup }: RunningEnvironment): EvaluationLimits {
  base.limits ??= (lookup(EVALUATION_CONTEXT) as EvaluationContext).limits;
  return base.limits;
}

/** Parts of an array, an object or a group-by that are evaluated side by side. */
function partsOf(node: AstNode, input: unknown): number {
  if (node.group !== undefined || (node.value === '{' && Array.isArray(input))) {
    return MANY_PARTS;
  }
  const parts = node.type === 'unary' ? (node.value === '[' ? node.expressions : node.lhs) : undefined;
  return Array.isArray(parts) ? Math.max(1, parts.length) : 1;
}

/** Whether a step made its result. A path makes sequences; its other results exist already. */
function isMade(node: AstNode, result: unknown): boolean {
  if (node.type === 'path') {
    return Array.isArray(result) && 'sequence' in result;
  }
  return MAKING.has(node.type) || node.group !== undefined;
}
