import { type BuiltIn, builtIn } from './built-in.ts';
import { builtInFunctionNames } from './built-in-functions.ts';
import { paying } from './costs.ts';
import { stepFunctionsFunctions } from './functions.ts';
import { linearFunctions } from './linear-functions.ts';

/** All functions of an expression: AWS's, ours and JSONata's. Each pays for its work before it does it. */
export const boundedFunctions: ReadonlyMap<string, BuiltIn> = new Map(
  await Promise.all(
    [...builtInFunctionNames].map(async (name) => {
      const implementation = stepFunctionsFunctions.get(name) ?? linearFunctions.get(name) ?? (await builtIn(name));
      return [name, paying(name, implementation)] as const;
    }),
  ),
);
