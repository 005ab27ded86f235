import { isDeepStrictEqual } from 'node:util';
import { ExactNumber, isJsonObject, type Json, type JsonObject } from './json.ts';

interface JsonWithSource {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown;
}

/** TypeScript does not know the reviver's source yet. */
const { parse } = JSON as unknown as JsonWithSource;

/**
 * Finds in most texts that they have no such number, timestamps and ids included. A number has 16 characters, a fraction of
 * zeros or an exponent, stands behind the start or one of `:[,`, and before the end or one of `,]}`. A text that has one
 * only in a string costs time, no more.
 */
const MAYBE_EXACT = /(?:^|[:[,])\s*-?(?:[\d.]{16,}|\d+\.0+|[\d.]+(?=[eE]))(?:[eE][+-]?\d+)?\s*(?:[,\]}]|$)/;

/**
 * Parses JSON text as `JSON.parse` does, but keeps the numbers that it would change.
 *
 * @throws {SyntaxError} The text is no JSON.
 */
export function parseJson(text: string): Json {
  return MAYBE_EXACT.test(text) ? (parse(text, keepExact) as Json) : (JSON.parse(text) as Json);
}

function keepExact(_key: string, value: unknown, { source }: { readonly source?: string }): unknown {
  return typeof value === 'number' && source !== undefined ? numberOf(source, value) : value;
}

/** The value of a number as it is written in JSON. */
function numberOf(source: string, value: number): number | ExactNumber {
  if (/^-?\d+$/.test(source)) {
    return Number.isSafeInteger(value) ? value : new ExactNumber(source);
  }
  return Number.isInteger(value) && Math.abs(value) < 1e21 ? new ExactNumber(`${value}.0`) : value;
}

/** The value of a number as a definition's path or filter writes it. */
export function readNumber(source: string): number | ExactNumber {
  return numberOf(source, Number(source));
}

/** A value as JavaScript's number where it is one; undefined for any other value. */
export function nearestNumber(value: Json | undefined): number | undefined {
  if (typeof value === 'number') {
    return value;
  }
  return value instanceof ExactNumber ? value.nearest : undefined;
}

/** Whether a value is a number, of either kind. */
export function isNumber(value: Json | undefined): value is number | ExactNumber {
  return typeof value === 'number' || value instanceof ExactNumber;
}

/** Whether two values are equal. `1` and `1.0` are. */
export function isSame(left: Json | undefined, right: Json | undefined): boolean {
  if (isNumber(left) && isNumber(right)) {
    return compareNumbers(left, right) === 0;
  }
  return ExactNumber.exist ? isSameInside(left, right) : isDeepStrictEqual(left, right);
}

function isSameInside(left: Json | undefined, right: Json | undefined): boolean {
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((element, at) => isSame(element, right[at]));
  }
  if (!isJsonObject(left) || !isJsonObject(right)) {
    return left === right;
  }
  const names = Object.keys(left);
  return (
    names.length === Object.keys(right).length &&
    names.every((name) => Object.hasOwn(right, name) && isSame(left[name], right[name]))
  );
}

/** Compares two numbers exactly: negative when the first is smaller, 0 when they are equal. */
export function compareNumbers(left: number | ExactNumber, right: number | ExactNumber): number {
  if (typeof left === 'number' && typeof right === 'number') {
    return left - right;
  }
  const [a, b] = [wholeOf(left), wholeOf(right)];
  if (a !== undefined && b !== undefined) {
    return a < b ? -1 : a > b ? 1 : 0;
  }
  return (typeof left === 'number' ? left : left.nearest) - (typeof right === 'number' ? right : right.nearest);
}

function wholeOf(value: number | ExactNumber): bigint | undefined {
  if (typeof value === 'number') {
    return Number.isInteger(value) ? BigInt(value) : undefined;
  }
  return value.isInteger ? BigInt(value.text) : BigInt(value.nearest);
}

/** A value with JavaScript's numbers only. It is the same value if it had no others. */
export function withNearestNumbers(value: Json): Json {
  if (value instanceof ExactNumber) {
    return value.nearest;
  }
  if (Array.isArray(value)) {
    const elements = (value as readonly Json[]).map(withNearestNumbers);
    return elements.every((element, at) => element === value[at]) ? value : elements;
  }
  if (!isJsonObject(value)) {
    return value;
  }
  const members = Object.entries(value).map(([name, inner]) => [name, withNearestNumbers(inner)] as const);
  return members.every(([name, inner]) => inner === value[name]) ? value : (Object.fromEntries(members) as JsonObject);
}
