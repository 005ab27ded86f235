import { stepFunctionsFunctions } from './aws-functions.ts';
import { type BuiltIn, builtIn, builtInFunctionNames, doing, type RunningFocus } from './built-in.ts';
import { EvaluationLimitError, LONGEST_SEQUENCE, LONGEST_TEXT } from './limits.ts';

/** The most characters of a picture such as `#,##0`. JSONata needs quadratic time for it. */
const LONGEST_PICTURE = 10_000;

const theirSort = builtIn('sort');
const theirSpread = builtIn('spread');
const theirDistinct = builtIn('distinct');

/** Replacements of JSONata's functions that take quadratic time in one step, where its time limit never applies. */
const linearFunctions: ReadonlyMap<string, BuiltIn> = new Map([
  ['distinct', doing(theirDistinct, distinct)],
  ['sort', doing(theirSort, sort)],
  ['spread', doing(theirSpread, spread)],
]);

/** All functions of an expression: AWS's, ours and JSONata's, each within the limits. */
export const boundedFunctions: ReadonlyMap<string, BuiltIn> = new Map(
  [...builtInFunctionNames].map((name) => {
    const original = stepFunctionsFunctions.get(name) ?? linearFunctions.get(name) ?? builtIn(name);
    return [name, bounded(name, original)] as const;
  }),
);

/**
 * Adds the limits to a function. JSONata checks its own time limit at its steps only, and `$reduce($list, $append)`
 * takes none.
 */
function bounded(name: string, original: BuiltIn): BuiltIn {
  const { implementation } = original;
  return doing(original, function (...args) {
    this.environment.base.guardrails();
    checkArguments(name, args);
    return implementation.apply(this, args);
  });
}

/** Refuses arguments that would make one call take long, or its result too large. */
function checkArguments(name: string, args: readonly unknown[]): void {
  switch (name) {
    case 'pad': {
      const [, width, padding] = args;
      checkTextLength(Math.abs(Number(width)) * lengthOf(padding));
      break;
    }
    case 'join': {
      const [texts, separator] = args;
      checkTextLength(lengthOf(texts) * lengthOf(separator));
      break;
    }
    case 'formatNumber':
    case 'formatInteger':
    case 'parseInteger':
    case 'fromMillis':
    case 'toMillis':
      if (lengthOf(args[1]) > LONGEST_PICTURE) {
        throw new EvaluationLimitError('D1012');
      }
      break;
  }
}

function checkTextLength(length: number): void {
  if (length > LONGEST_TEXT) {
    throw new EvaluationLimitError('D2014');
  }
}

/** Of a text or an array; 1 of anything else. */
function lengthOf(value: unknown): number {
  return typeof value === 'string' || Array.isArray(value) ? value.length : 1;
}

/** JSONata compares every value with every other. */
function distinct(this: RunningFocus, arr: unknown): unknown {
  if (!Array.isArray(arr) || arr.length <= 1) {
    return arr;
  }
  const values: unknown[] = 'sequence' in arr ? this.createSequence() : [];
  const seen = new Set<unknown>();
  for (const value of arr) {
    const key = identityOf(value);
    if (seen.has(key)) {
      continue;
    }
    seen.add(key);
    values.push(value);
  }
  return values;
}

function identityOf(value: unknown): unknown {
  if (typeof value === 'string') {
    return JSON.stringify(value);
  }
  const isData = typeof value === 'object' && value !== null && !isFunction(value);
  return isData ? canonicalText(value) : value;
}

/** JSONata copies what is left of each half with every element that it merges. */
async function sort(this: RunningFocus, arr: unknown, comparator?: unknown): Promise<unknown> {
  if (!Array.isArray(arr) || arr.length <= 1) {
    return arr;
  }
  if (comparator !== undefined && typeof comparator !== 'function') {
    return await theirSort.implementation.call(this, arr, comparator);
  }
  if (comparator !== undefined) {
    return await sorted(arr, async (left, right) => await comparator(left, right));
  }
  const comparable = (type: string) => arr.every((value) => typeof value === type);
  // JSONata's own function reports what it cannot sort.
  if (!comparable('string') && !arr.every(Number.isFinite)) {
    return await theirSort.implementation.call(this, arr);
  }
  return arr.toSorted((left, right) => (left > right ? 1 : left < right ? -1 : 0));
}

/** Merges in the order of JSONata, so that an inconsistent comparator has the same effect. */
async function sorted(
  values: readonly unknown[],
  isAfter: (left: unknown, right: unknown) => Promise<unknown>,
): Promise<readonly unknown[]> {
  if (values.length <= 1) {
    return values;
  }
  const middle = Math.floor(values.length / 2);
  const left = await sorted(values.slice(0, middle), isAfter);
  const right = await sorted(values.slice(middle), isAfter);
  const merged: unknown[] = [];
  let [fromLeft, fromRight] = [0, 0];
  while (fromLeft < left.length && fromRight < right.length) {
    const takeRight = await isAfter(left[fromLeft], right[fromRight]);
    merged.push(takeRight ? right[fromRight++] : left[fromLeft++]);
  }
  return merged.concat(left.slice(fromLeft), right.slice(fromRight));
}

/** JSONata copies the whole result for every element of an array. */
function spread(this: RunningFocus, arg: unknown): unknown {
  if (!Array.isArray(arg)) {
    return theirSpread.implementation.call(this, arg);
  }
  let result: unknown[] | undefined;
  for (const element of arg) {
    const members = spread.call(this, element);
    if (members === undefined) {
      continue;
    }
    result ??= [];
    for (const member of Array.isArray(members) ? members : [members]) {
      result.push(member);
    }
    if (result.length > LONGEST_SEQUENCE) {
      throw new EvaluationLimitError('D2014');
    }
  }
  return result ?? this.createSequence();
}

/** The text of a value, members in order of their names: equal values have equal texts. */
function canonicalText(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map(canonicalText).join(',')}]`;
  }
  if (typeof value !== 'object' || value === null) {
    return typeof value === 'string' ? JSON.stringify(value) : `${value}`;
  }
  const members = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalText(member)}`).join(',')}}`;
}

function isFunction(value: object): boolean {
  return '_jsonata_function' in value || '_jsonata_lambda' in value;
}
