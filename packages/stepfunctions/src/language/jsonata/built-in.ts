import jsonata, { type Environment, type Expression, type Focus } from 'jsonata';
import type { EvaluationLimits } from './limits.ts';

/** A node of JSONata's syntax tree, as loosely as its typings know it. */
export type AstNode = { readonly [member: string]: unknown };

/** The implementation of a JSONata function. */
export type Implementation = (this: RunningFocus, ...args: unknown[]) => unknown;

/** The part of a running evaluation's environment that JSONata's typings leave out. */
export interface RunningEnvironment extends Environment {
  /** The environment of the whole evaluation. */
  readonly base: {
    /** Throws when the evaluation has run for too long. */
    guardrails(): void;
    RegexEngine: RegExpConstructor;
    /** Ours: the evaluation's limits, kept where every step finds them at once. */
    limits?: EvaluationLimits;
  };
}

/** JSONata's `this` for its functions. Its typings declare only a part. */
export interface RunningFocus extends Focus {
  readonly environment: RunningEnvironment;
  createSequence(): unknown[];
}

/** A function as JSONata holds it in a variable. */
export interface BuiltIn {
  readonly implementation: Implementation;
}

/** JSONata calls what is bound to these before and after each step. */
export const BEFORE_STEP = Symbol.for('jsonata.__evaluate_entry');
export const AFTER_STEP = Symbol.for('jsonata.__evaluate_exit');

/** Binds what JSONata calls at a step. Its typings know names only, JSONata itself takes symbols. */
export function bindHook(
  expression: Expression,
  hook: symbol,
  call: (node: AstNode, input: unknown, environment: RunningEnvironment, result: unknown) => void,
): void {
  (expression.assign as (name: string | symbol, value: unknown) => void)(hook, call);
}

/** The function that JSONata has by a name. */
export function builtIn(name: string): BuiltIn {
  return functionIn(jsonata('null'), name);
}

/** A function of ours as JSONata holds it. */
export function defined(implementation: Implementation, signature: string): BuiltIn {
  const expression = jsonata('null');
  expression.registerFunction('ours', implementation as (this: Focus, ...args: unknown[]) => unknown, signature);
  return functionIn(expression, 'ours');
}

/**
 * JSONata hands out a function only as the result of an evaluation, which is a promise, but it calls its hook at once. So no
 * module needs `await` at its top, and the engine can be loaded by `require` too.
 */
function functionIn(expression: Expression, name: string): BuiltIn {
  let found: BuiltIn | undefined;
  bindHook(expression, BEFORE_STEP, (_node, _input, environment) => {
    found = environment.lookup(name);
  });
  void expression.evaluate(undefined);
  if (found === undefined) {
    throw new Error(`JSONata has no function $${name}`);
  }
  return found;
}

/** A function with the signature and parameters of another. */
export function doing(original: BuiltIn, implementation: Implementation): BuiltIn {
  Object.defineProperties(implementation, {
    length: { value: original.implementation.length },
    // JSONata reads the parameters' names from the source text for partial application.
    toString: { value: () => String(original.implementation) },
  });
  return { ...original, implementation };
}

/** The names of all functions that an expression can call: those of JSONata 2.0.6 and those that AWS adds. */
export const builtInFunctionNames: ReadonlySet<string> = new Set(
  `abs append assert average base64decode base64encode boolean ceil clone contains count decodeUrl decodeUrlComponent
  distinct each encodeUrl encodeUrlComponent error exists filter floor formatBase formatInteger formatNumber fromMillis
  hash join keys length lookup lowercase map match max merge millis min not now number pad parse parseInteger partition
  power random range reduce replace reverse round shuffle sift single sort split spread sqrt string substring
  substringAfter substringBefore sum toMillis trim type uppercase uuid zip`.split(/\s+/),
);
