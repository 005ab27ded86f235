import { arrayFunctions } from './array-functions.ts';
import { dataFunctions } from './data-functions.ts';
import type { IntrinsicFunction } from './intrinsic-function.ts';
import { textFunctions } from './text-functions.ts';

/** All intrinsic functions of the states language by name. */
export const intrinsicFunctions: ReadonlyMap<string, IntrinsicFunction> = new Map(
  Object.entries({ ...arrayFunctions, ...textFunctions, ...dataFunctions }),
);
