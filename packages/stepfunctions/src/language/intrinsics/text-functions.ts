import { isJsonObject, type Json } from '../json.ts';
import { hashAlgorithms, hashText } from './data-functions.ts';
import { IntrinsicFault, type IntrinsicFunction, shortStringArgument, stringArgument } from './intrinsic-function.ts';

/** The most characters that Base64 functions and hashes accept. */
const CHARACTER_LIMIT = 10_000;

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

const format: IntrinsicFunction = {
  arity: [1, Number.POSITIVE_INFINITY],
  apply: (values, { written }) => {
    const value = stringArgument(values, 0);
    const [template] = written;
    const literal = template?.kind === 'VALUE' ? template.written : undefined;
    const pieces = splitAtPlaceholders(literal ?? value);
    const inserted = values.slice(1);
    if (pieces.length - 1 !== inserted.length) {
      throw new IntrinsicFault('Number of arguments do not match the occurrences of {}');
    }
    return pieces.reduce((text, piece, at) => text + printed(inserted[at - 1] ?? null) + piece);
  },
};

const stringSplit: IntrinsicFunction = {
  arity: [2, 2],
  apply: (values) => {
    const delimiters = new Set(stringArgument(values, 1));
    const parts = [''];
    for (const character of stringArgument(values, 0)) {
      if (delimiters.has(character)) {
        parts.push('');
      } else {
        parts.push((parts.pop() ?? '') + character);
      }
    }
    return parts.filter((part) => part !== '');
  },
};

const base64Encode: IntrinsicFunction = {
  arity: [1, 1],
  apply: (values) => Buffer.from(shortStringArgument(values, 0, CHARACTER_LIMIT)).toString('base64'),
};

const base64Decode: IntrinsicFunction = {
  arity: [1, 1],
  apply: (values) => {
    const encoded = shortStringArgument(values, 0, CHARACTER_LIMIT);
    if (!BASE64.test(encoded)) {
      throw new IntrinsicFault('Invalid Base64 argument');
    }
    return Buffer.from(encoded, 'base64').toString('utf8');
  },
};

const hash: IntrinsicFunction = {
  arity: [2, 2],
  apply: (values) => {
    const text = asText(values[0] ?? null);
    if (text.length > CHARACTER_LIMIT) {
      throw new IntrinsicFault(`The first argument must have at most ${CHARACTER_LIMIT} characters.`);
    }
    const digest = hashText(text, stringArgument(values, 1));
    if (digest === undefined) {
      throw new IntrinsicFault(`The algorithm must be one of ${hashAlgorithms.join(', ')}.`);
    }
    return digest;
  },
};

/** The functions on text by name. */
export const textFunctions: { readonly [name: string]: IntrinsicFunction } = {
  'States.Format': format,
  'States.StringSplit': stringSplit,
  'States.Base64Encode': base64Encode,
  'States.Base64Decode': base64Decode,
  'States.Hash': hash,
};

/** The pieces of a template between its `{}`, escapes resolved. */
function splitAtPlaceholders(template: string): string[] {
  const pieces = [''];
  for (const token of template.match(/\\[{}'\\]|\{\}|[\s\S]/g) ?? []) {
    if (token === '{}') {
      pieces.push('');
    } else {
      pieces.push((pieces.pop() ?? '') + (token.length === 2 ? token.slice(1) : token));
    }
  }
  return pieces;
}

function asText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A value as AWS's Java prints it, where lists and maps are `[1, {a=b}]`. */
function printed(value: Json): string {
  if (Array.isArray(value)) {
    return `[${value.map(printed).join(', ')}]`;
  }
  if (isJsonObject(value)) {
    const members = Object.entries(value).map(([name, member]) => `${name}=${printed(member)}`);
    return `{${members.join(', ')}}`;
  }
  return asText(value);
}
