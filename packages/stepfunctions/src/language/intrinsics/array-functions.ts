import { isSame } from '../exact-number.ts';
import { isJsonObject, type Json } from '../json.ts';
import { arrayArgument, IntrinsicFault, type IntrinsicFunction, integerArgument } from './intrinsic-function.ts';

/** The most elements of `States.ArrayRange`. */
const RANGE_LIMIT = 1000;

const array: IntrinsicFunction = { arity: [0, Number.POSITIVE_INFINITY], apply: (values) => values };

const arrayPartition: IntrinsicFunction = {
  arity: [2, 2],
  apply: (values) => {
    const whole = arrayArgument(values, 0);
    const size = integerArgument(values, 1);
    if (size < 1) {
      throw new IntrinsicFault(`The chunk size must be a positive number, but was ${size}.`);
    }
    return partition(whole, size);
  },
};

const arrayContains: IntrinsicFunction = {
  arity: [2, 2],
  apply: (values) => arrayArgument(values, 0).some((element) => isSame(element, values[1])),
};

const arrayRange: IntrinsicFunction = {
  arity: [3, 3],
  apply: (values) => {
    const [first, last, step] = [integerArgument(values, 0), integerArgument(values, 1), integerArgument(values, 2)];
    if (step === 0) {
      throw new IntrinsicFault('The step must not be zero.');
    }
    if ((last - first) / step + 1 > RANGE_LIMIT + 1) {
      throw new IntrinsicFault(`A range must not have more than ${RANGE_LIMIT} elements.`);
    }
    const made = range(first, last, step);
    if (made.length > RANGE_LIMIT) {
      throw new IntrinsicFault(`A range must not have more than ${RANGE_LIMIT} elements.`);
    }
    return made;
  },
};

const arrayGetItem: IntrinsicFunction = {
  arity: [2, 2],
  apply: (values) => {
    const whole = arrayArgument(values, 0);
    const index = integerArgument(values, 1);
    const element = whole[index];
    if (element === undefined) {
      throw new IntrinsicFault(`The index ${index} is out of bounds for an array of ${whole.length} elements.`);
    }
    return element;
  },
};

const arrayLength: IntrinsicFunction = { arity: [1, 1], apply: (values) => arrayArgument(values, 0).length };

const arrayUnique: IntrinsicFunction = {
  arity: [1, 1],
  apply: (values) => {
    const unique = new Map<string, Json>();
    for (const element of arrayArgument(values, 0)) {
      const key = JSON.stringify(sorted(element));
      if (!unique.has(key)) {
        unique.set(key, element);
      }
    }
    return [...unique.values()];
  },
};

/** The `States.Array…` functions by name. */
export const arrayFunctions: { readonly [name: string]: IntrinsicFunction } = {
  'States.Array': array,
  'States.ArrayPartition': arrayPartition,
  'States.ArrayContains': arrayContains,
  'States.ArrayRange': arrayRange,
  'States.ArrayGetItem': arrayGetItem,
  'States.ArrayLength': arrayLength,
  'States.ArrayUnique': arrayUnique,
};

/** Cuts an array into chunks; the last may be shorter. */
export function partition(whole: readonly Json[], size: number): Json[][] {
  return Array.from({ length: Math.ceil(whole.length / size) }, (_, at) => whole.slice(at * size, (at + 1) * size));
}

/** The numbers from `first` to `last`, both included, in steps of `step`. */
export function range(first: number, last: number, step: number): number[] {
  const count = Math.max(0, Math.floor((last - first) / step) + 1);
  return Array.from({ length: count }, (_, at) => first + at * step);
}

/** Objects are equal regardless of the order of their members. */
function sorted(value: Json): Json {
  if (Array.isArray(value)) {
    return value.map(sorted);
  }
  if (!isJsonObject(value)) {
    return value;
  }
  const members = Object.entries(value).map(([key, inner]) => [key, sorted(inner)] as const);
  return Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)));
}
