import { parseJson } from '../exact-number.ts';
import { isJsonObject, type Json } from '../json.ts';

/** Each string of a JSON text, with the colon behind a member's name. */
const STRING = /"[^"\\]*(?:\\.[^"\\]*)*"(?<colon>\s*:)?/g;

/**
 * Parses JSON text as AWS's `$parse` does: without repeated names, and without numbers that no double can hold.
 *
 * @throws {SyntaxError} The text is no such JSON.
 */
export function parseStrictly(text: string): Json {
  const value = parseJson(text);
  if (countMembers(value) < countNames(text)) {
    throw new SyntaxError('A name is repeated');
  }
  return value;
}

function countNames(text: string): number {
  let names = 0;
  for (const { groups } of text.matchAll(STRING)) {
    names += groups?.colon === undefined ? 0 : 1;
  }
  return names;
}

function countMembers(value: Json): number {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new SyntaxError('A number is too large');
  }
  if (Array.isArray(value)) {
    return (value as readonly Json[]).reduce<number>((members, element) => members + countMembers(element), 0);
  }
  if (!isJsonObject(value)) {
    return 0;
  }
  const inner = Object.values(value);
  return inner.reduce<number>((members, member) => members + countMembers(member), inner.length);
}
