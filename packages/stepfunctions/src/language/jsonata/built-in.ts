import jsonata, { type Focus } from 'jsonata';

/** What a function of JSONata does. */
export type Implementation = (this: RunningFocus, ...args: unknown[]) => unknown;

/** JSONata's `this` for its functions, of which its typings know a part. */
export interface RunningFocus extends Focus {
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

/** A function with its signature and parameters, but doing something else. */
export function doing(original: BuiltIn, implementation: Implementation): BuiltIn {
  Object.defineProperties(implementation, {
    length: { value: original.implementation.length },
    // To apply a function in part, JSONata reads its parameters' names from its source text.
    toString: { value: () => String(original.implementation) },
  });
  return { ...original, implementation };
}
