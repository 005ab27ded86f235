import { BoundedRegExp } from '../bounded-regexp.ts';
import { readNumber } from '../exact-number.ts';
import type { Json } from '../json.ts';
import type { TextCursor } from '../text-cursor.ts';
import type { Condition, FilterOperand, FilterOperator, Path } from './path.ts';

const NUMBER = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
/** A value without quotes ends where an operator or bracket begins. */
const WORD = /[^\s()[\]&|<>=~!,'"]+/y;
const PATTERN = /\/((?:[^/\\]|\\.)+)\/([imsu]*)/y;
const OPERATOR = /={2,3}|!={1,2}|<=|>=|=~|<|>|(?:in|nin|subsetof|anyof|noneof|all|size|empty|contains)\b/iy;

/** Reads a path inside a filter. */
type ReadPath = (cursor: TextCursor, start: '$' | '@') => Path;

/** Parses the inside of `?( )` by precedence: `||`, `&&`, `!`, then comparisons. */
export function parseCondition(cursor: TextCursor, readPath: ReadPath): Condition {
  let left = readConjunction(cursor, readPath);
  while (takeAfterSpace(cursor, '||')) {
    left = { kind: 'OR', left, right: readConjunction(cursor, readPath) };
  }
  return left;
}

function readConjunction(cursor: TextCursor, readPath: ReadPath): Condition {
  let left = readTerm(cursor, readPath);
  while (takeAfterSpace(cursor, '&&')) {
    left = { kind: 'AND', left, right: readTerm(cursor, readPath) };
  }
  return left;
}

function readTerm(cursor: TextCursor, readPath: ReadPath): Condition {
  if (takeAfterSpace(cursor, '!')) {
    return { kind: 'NOT', inner: readTerm(cursor, readPath) };
  }
  if (cursor.take('(')) {
    const inner = parseCondition(cursor, readPath);
    cursor.skipSpace();
    cursor.expect(')');
    return inner;
  }
  return readComparison(cursor, readPath);
}

function readComparison(cursor: TextCursor, readPath: ReadPath): Condition {
  const left = readOperand(cursor, readPath);
  cursor.skipSpace();
  const operator = cursor.match(OPERATOR)?.toLowerCase();
  if (operator === undefined) {
    if (left.kind !== 'PATH') {
      throw cursor.fault('Expected an operator');
    }
    return { kind: 'EXISTS', path: left.path, fromElement: left.fromElement };
  }
  cursor.skipSpace();
  return { kind: 'COMPARE', operator: operator as FilterOperator, left, right: readOperand(cursor, readPath) };
}

function readOperand(cursor: TextCursor, readPath: ReadPath): FilterOperand {
  cursor.skipSpace();
  if (cursor.character === '@') {
    return { kind: 'PATH', path: readPath(cursor, '@'), fromElement: true };
  }
  if (cursor.character === '$') {
    return { kind: 'PATH', path: readPath(cursor, '$'), fromElement: false };
  }
  const pattern = cursor.match(PATTERN);
  if (pattern !== undefined) {
    return { kind: 'PATTERN', pattern: compilePattern(cursor, pattern) };
  }
  return { kind: 'VALUE', value: readValue(cursor) };
}

function compilePattern(cursor: TextCursor, literal: string): BoundedRegExp {
  const end = literal.lastIndexOf('/');
  try {
    return new BoundedRegExp(`^(?:${literal.slice(1, end)})$`, literal.slice(end + 1));
  } catch {
    throw cursor.fault(`${literal} is not a regular expression`);
  }
}

function readValue(cursor: TextCursor): Json {
  cursor.skipSpace();
  if (cursor.character === "'" || cursor.character === '"') {
    return readString(cursor);
  }
  if (cursor.take('[')) {
    return readArray(cursor);
  }
  const word = cursor.match(WORD);
  if (word === undefined) {
    throw cursor.fault('Expected a value or a path');
  }
  if (word === 'null') {
    return null;
  }
  if (word === 'true' || word === 'false') {
    return word === 'true';
  }
  // AWS takes any other word as text: `[?(@.Type==TOTAL)]`.
  return NUMBER.test(word) ? readNumber(word) : word;
}

function readString(cursor: TextCursor): string {
  const quote = cursor.character;
  cursor.expect(quote);
  let value = '';
  while (!cursor.take(quote)) {
    if (cursor.atEnd) {
      throw cursor.fault(`Expected ${quote}`);
    }
    cursor.take('\\');
    value += cursor.character;
    cursor.position++;
  }
  return value;
}

function readArray(cursor: TextCursor): Json[] {
  const values: Json[] = [];
  cursor.skipSpace();
  if (cursor.take(']')) {
    return values;
  }
  do {
    values.push(readValue(cursor));
  } while (takeAfterSpace(cursor, ','));
  cursor.skipSpace();
  cursor.expect(']');
  return values;
}

function takeAfterSpace(cursor: TextCursor, token: string): boolean {
  cursor.skipSpace();
  return cursor.take(token);
}
