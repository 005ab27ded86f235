import { createHash } from 'node:crypto';
import { parseJson } from '../exact-number.ts';
import { nestingComplaint } from '../nesting.ts';
import { JavaRandom } from '../randomness.ts';
import {
  IntrinsicFault,
  type IntrinsicFunction,
  integerArgument,
  objectArgument,
  stringArgument,
} from './intrinsic-function.ts';

const stringToJson: IntrinsicFunction = {
  arity: [1, 1],
  apply: (values) => {
    const text = stringArgument(values, 0);
    if (text.trim() === '') {
      return null;
    }
    const tooDeep = nestingComplaint(text);
    if (tooDeep !== undefined) {
      throw new IntrinsicFault(tooDeep);
    }
    try {
      return parseJson(text);
    } catch (cause) {
      throw new IntrinsicFault(`The argument is not JSON: ${text}`, { cause });
    }
  },
};

const jsonToString: IntrinsicFunction = { arity: [1, 1], apply: (values) => JSON.stringify(values[0]) };

const jsonMerge: IntrinsicFunction = {
  arity: [3, 3],
  apply: (values) => {
    const [left, right] = [objectArgument(values, 0), objectArgument(values, 1)];
    if (values[2] !== false) {
      throw new IntrinsicFault('Deep merging is not supported: the third argument must be false.');
    }
    return { ...left, ...right };
  },
};

const mathAdd: IntrinsicFunction = {
  arity: [2, 2],
  apply: (values) => (integerArgument(values, 0) + integerArgument(values, 1)) | 0,
};

const mathRandom: IntrinsicFunction = {
  arity: [2, 3],
  apply: (values, { draws }) => {
    const [from, to] = [integerArgument(values, 0), integerArgument(values, 1)];
    const width = to - from;
    if (width <= 0) {
      throw new IntrinsicFault(`The end ${to} must be greater than the start ${from}.`);
    }
    if (values.length < 3 || width > 2 ** 31 - 1) {
      return from + Math.floor(draws.fraction() * width);
    }
    return from + new JavaRandom(integerArgument(values, 2)).nextInt(width);
  },
};

const uuid: IntrinsicFunction = { arity: [0, 0], apply: (_values, { draws }) => draws.uuid() };

/** The functions on JSON, numbers and identifiers by name. */
export const dataFunctions: { readonly [name: string]: IntrinsicFunction } = {
  'States.StringToJson': stringToJson,
  'States.JsonToString': jsonToString,
  'States.JsonMerge': jsonMerge,
  'States.MathAdd': mathAdd,
  'States.MathRandom': mathRandom,
  'States.UUID': uuid,
};

const ALGORITHMS: { readonly [name: string]: string } = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

/** The algorithms that `States.Hash` and `$hash` take. */
export const hashAlgorithms: readonly string[] = Object.keys(ALGORITHMS);

/** The hexadecimal digest of a text, or `undefined` for an algorithm that Step Functions does not know. */
export function hashText(text: string, algorithm: string): string | undefined {
  const known = Object.hasOwn(ALGORITHMS, algorithm) ? ALGORITHMS[algorithm] : undefined;
  return known === undefined ? undefined : createHash(known).update(text).digest('hex');
}
