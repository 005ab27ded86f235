import type { Json } from '../json.ts';
import { resolve } from '../jsonpath/select.ts';
import { Draws } from '../randomness.ts';
import type { Scope, Where } from '../scope.ts';
import { StatesError } from '../states-error.ts';
import { arrayFunctions } from './array-functions.ts';
import { dataFunctions } from './data-functions.ts';
import { IntrinsicFault, type IntrinsicFunction } from './intrinsic-function.ts';
import { type IntrinsicArgument, type IntrinsicCall, parseIntrinsic } from './intrinsic-parser.ts';
import { textFunctions } from './text-functions.ts';

/**
 * Evaluates an intrinsic function in place of a path, as in `ErrorPath` or `CausePath`.
 *
 * @throws {StatesError} As {@link evaluateCall}.
 */
export function evaluateIntrinsic(text: string, scope: Scope, where: Where): Json {
  return evaluateCall(parseIntrinsic(text), scope, new Draws(scope, `${where.stateName}/${where.field}`));
}

/**
 * Evaluates a parsed call, its inner calls first.
 *
 * @throws {StatesError} `States.IntrinsicFailure`: the function cannot take these arguments; `States.Runtime`: the path
 *   of an argument leads nowhere.
 */
export function evaluateCall(call: IntrinsicCall, scope: Scope, draws: Draws): Json {
  const intrinsic = intrinsicFunctions.get(call.name);
  if (intrinsic === undefined) {
    throw failure(call, `There is no function ${call.name}.`);
  }
  const [least, most] = intrinsic.arity;
  const { length } = call.arguments;
  if (length < least || length > most) {
    throw failure(call, `${length} arguments are ${length < least ? 'too few' : 'too many'}.`);
  }
  const values = call.arguments.map((argument) => evaluateArgument(argument, scope, draws));
  try {
    return intrinsic.apply(values, { draws, written: call.arguments });
  } catch (error) {
    if (error instanceof IntrinsicFault) {
      throw failure(call, error.message, error);
    }
    throw error;
  }
}

function evaluateArgument(argument: IntrinsicArgument, scope: Scope, draws: Draws): Json {
  switch (argument.kind) {
    case 'VALUE':
      return argument.value;
    case 'CALL':
      return evaluateCall(argument.call, scope, draws);
    case 'PATH': {
      const selection = resolve(argument.path, scope);
      if (selection.found) {
        return selection.value;
      }
      throw new StatesError(
        'States.Runtime',
        `The JsonPath argument for the field '${argument.path.text}' could not be found in the input '${JSON.stringify(scope.input)}'`,
      );
    }
  }
}

function failure(call: IntrinsicCall, reason: string, origin?: IntrinsicFault): StatesError {
  return new StatesError('States.IntrinsicFailure', `The function '${call.text}' had the following error: ${reason}`, {
    origin,
  });
}

/** All intrinsic functions of the states language by name. */
export const intrinsicFunctions: ReadonlyMap<string, IntrinsicFunction> = new Map(
  Object.entries({ ...arrayFunctions, ...textFunctions, ...dataFunctions }),
);
