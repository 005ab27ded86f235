import { partition, range } from '../intrinsics/array-functions.ts';
import { hashAlgorithms, hashText } from '../intrinsics/data-functions.ts';
import type { Json } from '../json.ts';
import { nestingComplaint } from '../nesting.ts';
import { JavaRandom } from '../randomness.ts';
import { type BuiltIn, builtIn, defined, type Implementation, type RunningFocus } from './built-in.ts';
import { EVALUATION_CONTEXT, type EvaluationContext, EvaluationLimitError, LONGEST_RANGE } from './limits.ts';
import { parseStrictly } from './strict-json.ts';

const builtInFromMillis = builtIn('fromMillis');
const builtInToMillis = builtIn('toMillis');

/** Thrown for arguments that a function does not accept. It becomes `States.QueryEvaluationError`. */
class FunctionError extends Error {
  /** The code that JSONata has for an expression's own errors. */
  readonly code = 'D3137';
}

/** The functions that AWS adds or changes, and JSONata's functions of time and randomness, which read the scope instead. */
export const stepFunctionsFunctions: ReadonlyMap<string, BuiltIn> = new Map([
  ['now', defined(now as Implementation, '<s?s?:s>')],
  ['toMillis', defined(toMillis as Implementation, '<s-s?:n>')],
  ['shuffle', defined(shuffle as Implementation, '<a:a>')],
  ['millis', defined(millis, '<:n>')],
  ['random', defined(random as Implementation, '<n?:n>')],
  ['uuid', defined(uuid, '<:s>')],
  ['hash', defined(hash as Implementation, '<s-s:s>')],
  ['parse', defined(parse as Implementation, '<s-:x>')],
  ['partition', defined(partitionFunction as Implementation, '<an?:a<a>>')],
  ['base64decode', defined(base64Decode as Implementation, '<s-:s>')],
  ['range', defined(rangeFunction as Implementation, '<nnn?:a<n>>')],
]);

function contextOf(focus: RunningFocus): EvaluationContext {
  return focus.environment.lookup(EVALUATION_CONTEXT) as EvaluationContext;
}

function now(this: RunningFocus, picture?: string, timezone?: string): unknown {
  return builtInFromMillis.implementation.call(this, contextOf(this).at, picture, timezone);
}

/** JSONata's own function reads the clock, because a picture without a date means today. */
function toMillis(this: RunningFocus, text: string, picture?: string): unknown {
  const environment = { timestamp: new Date(contextOf(this).at) } as RunningFocus['environment'];
  return builtInToMillis.implementation.call({ ...this, environment } as RunningFocus, text, picture);
}

function shuffle(this: RunningFocus, values: readonly unknown[] | undefined): unknown {
  if (values === undefined) {
    return undefined;
  }
  const { draws } = contextOf(this);
  const keyed = values.map((value) => ({ value, key: draws.fraction() }));
  return keyed.sort((left, right) => left.key - right.key).map(({ value }) => value);
}

function millis(this: RunningFocus): number {
  return contextOf(this).at;
}

function random(this: RunningFocus, seed?: number): number {
  return seed === undefined ? contextOf(this).draws.fraction() : new JavaRandom(seed).nextDouble();
}

function uuid(this: RunningFocus): string {
  return contextOf(this).draws.uuid();
}

function hash(text: string | undefined, algorithm: string): string | undefined {
  if (text === undefined) {
    return undefined;
  }
  const digest = hashText(text, algorithm);
  if (digest === undefined) {
    throw new FunctionError(`The algorithm of $hash must be one of ${hashAlgorithms.join(', ')}`);
  }
  return digest;
}

function parse(this: RunningFocus, text: string | undefined): unknown {
  if (text === undefined) {
    return undefined;
  }
  const tooDeep = nestingComplaint(text);
  if (tooDeep !== undefined) {
    throw new FunctionError(tooDeep);
  }
  try {
    return contextOf(this).exact.approximate(parseStrictly(text));
  } catch (cause) {
    throw new FunctionError('Invalid JSON', { cause });
  }
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

/** JSONata's own function drops what is no Base64. */
function base64Decode(this: RunningFocus, text: string | undefined): string | undefined {
  if (text === undefined) {
    return undefined;
  }
  if (!BASE64.test(text)) {
    throw new Error(`An internal error occurred during evaluation. ID: ${contextOf(this).draws.uuid()}`);
  }
  return Buffer.from(text, 'base64').toString('binary');
}

/** AWS returns nothing where there are no chunks, and one chunk where no size is given. */
function partitionFunction(values: readonly Json[] | undefined, size?: number): unknown {
  const chunk = Math.trunc(size ?? Number.MAX_SAFE_INTEGER);
  if (chunk < 0) {
    throw new FunctionError('Second argument must be zero or greater');
  }
  return values === undefined || values.length === 0 || chunk === 0 ? undefined : partition(values, chunk);
}

/** AWS returns nothing where the step is missing, zero or leads away from the end. */
function rangeFunction(first: number | undefined, last: number | undefined, step: number | undefined): unknown {
  if (first === undefined || last === undefined || step === undefined) {
    return undefined;
  }
  // AWS cuts fractions off here, while States.ArrayRange rounds them.
  const [from, to, by] = [Math.trunc(first) + 0, Math.trunc(last), Math.trunc(step)];
  if (by === 0) {
    return undefined;
  }
  if ((to - from) / by >= LONGEST_RANGE) {
    throw new EvaluationLimitError('D2014');
  }
  const numbers = range(from, to, by);
  // JSONata and AWS return a sequence of one item as that item, and an empty one as nothing.
  return numbers.length > 1 ? numbers : numbers[0];
}
