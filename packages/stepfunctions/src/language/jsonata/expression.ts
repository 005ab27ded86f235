import jsonata from 'jsonata';
import { BoundedCache } from '../bounded-cache.ts';
import { boundedFunctions } from './bounded-functions.ts';
import { LONGEST_SEQUENCE } from './longest-sequence.ts';
import { measure } from './metering.ts';
import { type SimpleReference, simpleReference } from './simple-reference.ts';

/** Expressions remembered over all state machines. */
const REMEMBERED = 5_000;

/** Thrown for an expression that JSONata cannot parse; the message is JSONata's own, as AWS shows it. */
export class JsonataSyntaxError extends Error {
  override readonly name = 'JsonataSyntaxError';
}

/** An expression ready to be evaluated. */
export interface CompiledJsonata {
  readonly expression: jsonata.Expression;
  /** There when the expression only follows names. */
  readonly reference: SimpleReference | undefined;
}

const compiled = new BoundedCache<CompiledJsonata>(REMEMBERED);

/**
 * Compiles an expression, without its `{% %}`.
 *
 * @throws {JsonataSyntaxError} It does not parse as JSONata 2.0.6, the version that Step Functions runs.
 */
export function compileJsonata(text: string): CompiledJsonata {
  return compiled.get(text, () => {
    refuseLaterOperators(text);
    const expression = parse(text);
    expression.assign('eval', undefined);
    for (const [name, implementation] of boundedFunctions) {
      expression.assign(name, implementation);
    }
    measure(expression);
    return { expression, reference: simpleReference(expression) };
  });
}

function parse(text: string): jsonata.Expression {
  try {
    return jsonata(text, { sequence: LONGEST_SEQUENCE });
  } catch (error) {
    throw new JsonataSyntaxError(jsonataMessage(error), { cause: error });
  }
}

/**
 * JSONata 2.1 brought `??` and `?:`. Written with a space inside, they are the syntax error that 2.0.6 makes of them,
 * while inside a string, a name or a comment the space changes nothing.
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
    // Not JSONata's error: the space has spoilt a regular expression such as /(?:a)/, which is no operator.
  }
}

/** Whether an error is one of JSONata's own, with a code such as `T2001`. */
export function isJsonataError(error: unknown): error is { readonly code: string; readonly message: string } {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string';
}

/** The message of whatever JSONata threw. */
export function jsonataMessage(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
}
