import type { Json } from '../json.ts';
import type { ExactValues } from './exact-values.ts';

/** Marks a result that is or contains a function, which AWS refuses. */
export const UNSUPPORTED = Symbol('unsupported result');

/**
 * Turns a JSONata result into plain JSON: sequences into arrays, infinite numbers into their names as AWS does.
 * Numbers that `exact` knows become exact again. `undefined` stays: the expression returned nothing. Members and elements without a value are left out.
 */
export function plainResult(value: unknown, exact?: ExactValues): Json | undefined | typeof UNSUPPORTED {
  const restored = exact?.restore(value);
  if (restored !== undefined) {
    return restored;
  }
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'undefined':
      return value;
    case 'number':
      return Number.isFinite(value) ? value + 0 : String(value);
    case 'object':
      break;
    default:
      return UNSUPPORTED;
  }
  if (value === null) {
    return null;
  }
  if (Array.isArray(value)) {
    return plainArray(value, exact);
  }
  return isFunction(value) ? UNSUPPORTED : plainObject(value, exact);
}

/** JSONata's own marks on built-in functions, lambdas and regular expressions. */
function isFunction(value: object): boolean {
  return '_jsonata_function' in value || '_jsonata_lambda' in value;
}

function plainArray(value: readonly unknown[], exact: ExactValues | undefined): Json | typeof UNSUPPORTED {
  const elements: Json[] = [];
  for (const element of value) {
    const plain = plainResult(element, exact);
    if (plain === UNSUPPORTED) {
      return UNSUPPORTED;
    }
    if (plain !== undefined) {
      elements.push(plain);
    }
  }
  return elements;
}

function plainObject(value: object, exact: ExactValues | undefined): Json | typeof UNSUPPORTED {
  const members: [string, Json][] = [];
  for (const [key, member] of Object.entries(value)) {
    const plain = plainResult(member, exact);
    if (plain === UNSUPPORTED) {
      return UNSUPPORTED;
    }
    if (plain !== undefined) {
      members.push([key, plain]);
    }
  }
  return Object.fromEntries(members);
}
