import jsonata, { type Environment, type Focus } from 'jsonata';
import type { EvaluationLimits } from './limits.ts';

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

/** The function that JSONata has by a name. */
export async function builtIn(name: string): Promise<BuiltIn> {
  return (await jsonata(`$${name}`).evaluate(undefined)) as BuiltIn;
}

/** A function of ours as JSONata holds it. */
export async function defined(implementation: Implementation, signature: string): Promise<BuiltIn> {
  const expression = jsonata('$ours');
  expression.registerFunction('ours', implementation as (this: Focus, ...args: unknown[]) => unknown, signature);
  return (await expression.evaluate(undefined)) as BuiltIn;
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
