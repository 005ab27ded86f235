import jsonata from 'jsonata';
import { hashAlgorithms, hashText } from '../data-hash.ts';
import type { Draws } from '../draws.ts';
import { partition, range } from '../intrinsics/array-functions.ts';
import { JavaRandom } from '../java-random.ts';
import type { Json } from '../json.ts';
import { nestingComplaint } from '../nesting.ts';

/** What the functions of one evaluation draw on. */
export interface Surroundings {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly draws: Draws;
}

/** The variable that holds the {@link Surroundings}: no expression can name it. */
export const SURROUNDINGS = ' surroundings';

/** What JSONata makes of a built-in function. */
interface BuiltIn {
  readonly implementation: (this: unknown, ...args: unknown[]) => unknown;
}

const builtInFromMillis = (await jsonata('$fromMillis').evaluate(undefined)) as BuiltIn;
const builtInToMillis = (await jsonata('$toMillis').evaluate(undefined)) as BuiltIn;

/** Thrown by a function of ours for arguments it cannot take; becomes `States.QueryEvaluationError`. */
class FunctionError extends Error {}

/** `$range` makes no more numbers. */
const RANGE_LIMIT = 873_782;

/** Puts AWS's functions on an expression, takes `$eval` away, and ties those that read the clock or draw lots to the scope. */
export function registerFunctions(expression: jsonata.Expression): void {
  expression.assign('eval', undefined);
  expression.registerFunction('now', now, '<s?s?:s>');
  expression.registerFunction('toMillis', toMillis, '<s-s?:n>');
  expression.registerFunction('shuffle', shuffle, '<a:a>');
  expression.registerFunction('millis', millis, '<:n>');
  expression.registerFunction('random', random, '<n?:n>');
  expression.registerFunction('uuid', uuid, '<:s>');
  expression.registerFunction('hash', hash, '<s-s:s>');
  expression.registerFunction('parse', parse, '<s-:x>');
  expression.registerFunction('partition', partitionFunction, '<an:a<a>>');
  expression.registerFunction('range', rangeFunction, '<nnn:a<n>>');
}

function surroundings(focus: jsonata.Focus): Surroundings {
  return focus.environment.lookup(SURROUNDINGS) as Surroundings;
}

function now(this: jsonata.Focus, picture?: string, timezone?: string): unknown {
  return builtInFromMillis.implementation.call(this, surroundings(this).at, picture, timezone);
}

/** A picture without a date means today, so JSONata's own looks at the clock. */
function toMillis(this: jsonata.Focus, text: string, picture?: string): unknown {
  const environment = { timestamp: new Date(surroundings(this).at) };
  return builtInToMillis.implementation.call({ environment, input: this.input }, text, picture);
}

function shuffle(this: jsonata.Focus, values: readonly unknown[] | undefined): unknown {
  if (values === undefined) return undefined;
  const { draws } = surroundings(this);
  const keyed = values.map((value) => ({ value, key: draws.fraction() }));
  return keyed.sort((left, right) => left.key - right.key).map(({ value }) => value);
}

function millis(this: jsonata.Focus): number {
  return surroundings(this).at;
}

function random(this: jsonata.Focus, seed?: number): number {
  return seed === undefined ? surroundings(this).draws.fraction() : new JavaRandom(seed).nextDouble();
}

function uuid(this: jsonata.Focus): string {
  return surroundings(this).draws.uuid();
}

function hash(text: string | undefined, algorithm: string): string | undefined {
  if (text === undefined) return undefined;
  const digest = hashText(text, algorithm);
  if (digest === undefined)
    throw new FunctionError(`The algorithm of $hash must be one of ${hashAlgorithms.join(', ')}`);
  return digest;
}

function parse(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  const tooDeep = nestingComplaint(text);
  if (tooDeep !== undefined) throw new FunctionError(tooDeep);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new FunctionError(`The argument of $parse is not JSON: ${text}`, { cause });
  }
}

function partitionFunction(whole: readonly Json[] | undefined, size: number): unknown {
  if (whole === undefined) return undefined;
  const rounded = Math.round(size);
  if (!(rounded >= 1)) throw new FunctionError('The chunk size of $partition must be a positive number');
  return partition(whole, rounded);
}

function rangeFunction(this: jsonata.Focus, first: number, last: number, step: number): unknown {
  const [from, to, by] = [Math.round(first), Math.round(last), Math.round(step)];
  if (by === 0) throw new FunctionError('The step of $range must not be zero');
  if ((to - from) / by >= RANGE_LIMIT)
    throw new FunctionError('Expression evaluation memory limit exceeded: Check for excessive memory usage');
  const numbers = range(from, to, by);
  // A sequence of one is that one in JSONata, and AWS answers it so.
  return numbers.length === 1 ? numbers[0] : numbers;
}
