import type { Json } from '../json.ts';
import type { Path } from '../jsonpath/path.ts';
import { resolve } from '../jsonpath/select.ts';
import type { Selection } from '../jsonpath/selection.ts';
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
  return evaluateInner(call, { whole: call, scope, draws });
}

interface Evaluation {
  /** The outermost call, which AWS names where a path leads nowhere. */
  readonly whole: IntrinsicCall;
  readonly scope: Scope;
  readonly draws: Draws;
}

function evaluateInner(call: IntrinsicCall, evaluation: Evaluation): Json {
  const intrinsic = intrinsicFunctions.get(call.name);
  if (intrinsic === undefined) {
    throw failure(call, `There is no function ${call.name}.`);
  }
  const [least, most] = intrinsic.arity;
  const { length } = call.arguments;
  if (length < least || length > most) {
    throw failure(call, `${length} arguments are ${length < least ? 'too few' : 'too many'}.`);
  }
  const values = call.arguments.map((argument) => evaluateArgument(argument, evaluation));
  try {
    return intrinsic.apply(values, { draws: evaluation.draws, written: call.arguments });
  } catch (error) {
    if (error instanceof IntrinsicFault) {
      throw failure(call, error.message, error);
    }
    throw error;
  }
}

function evaluateArgument(argument: IntrinsicArgument, evaluation: Evaluation): Json {
  switch (argument.kind) {
    case 'VALUE':
      return argument.value;
    case 'CALL':
      return evaluateInner(argument.call, evaluation);
    case 'PATH': {
      const selection = resolve(argument.path, evaluation.scope);
      if (selection.found && !selection.isOutsideArray) {
        return selection.value;
      }
      throw new StatesError(
        'States.Runtime',
        `The function '${evaluation.whole.text}' had the following error: ${whyMissing(argument.path, selection, evaluation.scope)}`,
      );
    }
  }
}

/** AWS passes on what its JSONPath library says of a value that a path cannot go on from. */
function whyMissing({ text }: Path, selection: Selection, { input }: Scope): string {
  if (!selection.found && selection.reason.startsWith('Filter: ')) {
    return selection.reason;
  }
  // AWS drops the second `$` of a path into the context object here, and shows the state's input all the same.
  const shown = text.replace(/^\$\$/, '$');
  return `The JsonPath argument for the field '${shown}' could not be found in the input '${JSON.stringify(input)}'`;
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
