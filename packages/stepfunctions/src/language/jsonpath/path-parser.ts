import { BoundedCache } from '../bounded-cache.ts';
import { TextCursor } from '../text-cursor.ts';
import { parseCondition } from './filter-parser.ts';
import type { Path, PathRoot, Segment } from './path.ts';

/** The most parsed paths in the cache of all state machines. */
const REMEMBERED = 20_000;
const parsed = new BoundedCache<Path>(REMEMBERED);

const VARIABLE_NAME = /[\p{L}_][\p{L}\p{N}_]*/uy;
/** Functions are names like any others, as on AWS: nothing has the name `length()`. */
const DOT_NAME = /[^.[\]()'",\s?*]+(?:\([^()[\]'"]*\))?/y;
/** Inside a filter an operator may touch the name. */
const DOT_NAME_IN_FILTER = /[^.[\]()'",\s?*<>=~!&|]+(?:\([^()[\]'"]*\))?/y;
/** Segments that select one value from one. A union of names does so at the end of a path: it yields one object. */
const SINGLE: ReadonlySet<Segment['kind']> = new Set(['MEMBER', 'INDEX', 'LENGTH_MINUS']);
const LENGTH_MINUS = /\(?\s*@\.(?:length|size\(\))\s*-\s*\d+\s*\)?/y;
const INTEGER = /-?\d+/y;

/**
 * Parses a JSONPath of a JSONPath state: `$.a['b'][0]`, `$$.Execution.Id`, `$variable.member`, with wildcards, slices,
 * unions, filters and `..`, as Jayway's JsonPath 2.0 reads them. Path functions (`length()`) do not exist in it.
 *
 * @throws {SyntaxFault} The text is no JSONPath.
 */
export function parsePath(text: string): Path {
  return parsed.get(text, () => {
    const cursor = new TextCursor(text);
    const path = readPath(cursor, '$');
    cursor.skipSpace();
    if (!cursor.atEnd) {
      throw cursor.fault('Unexpected character');
    }
    return path;
  });
}

/** Reads a path that starts with `$`, or with `@` inside a filter, and stops where it ends. */
export function readPath(cursor: TextCursor, start: '$' | '@', dotName = DOT_NAME): Path {
  const from = cursor.position;
  cursor.expect(start);
  const root: PathRoot = start === '$' ? readRoot(cursor) : { kind: 'INPUT' };
  const segments: Segment[] = [];
  while (readSegment(cursor, segments, dotName)) {
    // each call reads one step
  }
  const definite = segments.every(
    ({ kind }, at) => SINGLE.has(kind) || (kind === 'MEMBERS' && at === segments.length - 1),
  );
  return { text: cursor.text.slice(from, cursor.position), root, segments, definite };
}

function readPathInFilter(cursor: TextCursor, start: '$' | '@'): Path {
  return readPath(cursor, start, DOT_NAME_IN_FILTER);
}

function readRoot(cursor: TextCursor): PathRoot {
  if (cursor.take('$')) {
    return { kind: 'CONTEXT' };
  }
  const name = cursor.match(VARIABLE_NAME);
  return name === undefined ? { kind: 'INPUT' } : { kind: 'VARIABLE', name };
}

function readSegment(cursor: TextCursor, segments: Segment[], dotName: RegExp): boolean {
  if (cursor.take('..')) {
    segments.push({ kind: 'DESCENT' });
    if (cursor.character !== '[') {
      segments.push(readName(cursor, dotName));
    } else {
      readBracket(cursor, segments);
    }
    return true;
  }
  if (cursor.take('.')) {
    if (cursor.character === '[') {
      readBracket(cursor, segments);
    } else {
      segments.push(readName(cursor, dotName));
    }
    return true;
  }
  if (cursor.character !== '[') {
    return false;
  }
  readBracket(cursor, segments);
  return true;
}

function readName(cursor: TextCursor, dotName: RegExp): Segment {
  if (cursor.take('*')) {
    return { kind: 'WILDCARD' };
  }
  const name = cursor.match(dotName);
  if (name === undefined) {
    throw cursor.fault('Expected a member name');
  }
  return { kind: 'MEMBER', name };
}

function readBracket(cursor: TextCursor, segments: Segment[]): void {
  cursor.expect('[');
  cursor.skipSpace();
  segments.push(readSelector(cursor));
  cursor.skipSpace();
  cursor.expect(']');
}

function readSelector(cursor: TextCursor): Segment {
  if (cursor.take('*')) {
    return { kind: 'WILDCARD' };
  }
  if (cursor.take('?')) {
    cursor.skipSpace();
    cursor.expect('(');
    const condition = parseCondition(cursor, readPathInFilter);
    cursor.skipSpace();
    cursor.expect(')');
    return { kind: 'FILTER', condition };
  }
  if (cursor.character === "'" || cursor.character === '"') {
    return readMembers(cursor);
  }
  const fromEnd = cursor.match(LENGTH_MINUS);
  return fromEnd === undefined
    ? readIndexesOrSlice(cursor)
    : { kind: 'LENGTH_MINUS', distance: Number(/\d+/.exec(fromEnd)?.[0]) };
}

function readMembers(cursor: TextCursor): Segment {
  const names = readList(cursor, readQuotedName);
  const [name] = names;
  return names.length === 1 && name !== undefined ? { kind: 'MEMBER', name } : { kind: 'MEMBERS', names };
}

/** A backslash escapes only the quote that would end the name. Any other backslash is part of the name, as on AWS. */
function readQuotedName(cursor: TextCursor): string {
  const quote = cursor.character;
  cursor.expect(quote);
  let name = '';
  while (!cursor.take(quote)) {
    if (cursor.atEnd) {
      throw cursor.fault(`Expected ${quote}`);
    }
    if (cursor.take(`\\${quote}`)) {
      name += quote;
    } else {
      name += cursor.character;
      cursor.position++;
    }
  }
  return name;
}

function readIndexesOrSlice(cursor: TextCursor): Segment {
  const first = readInteger(cursor);
  cursor.skipSpace();
  if (cursor.take(':')) {
    return readSlice(cursor, first);
  }
  if (first === undefined) {
    throw cursor.fault('Expected an index, a slice, a quoted name, * or a filter');
  }
  const indexes = [first];
  cursor.skipSpace();
  while (cursor.take(',')) {
    cursor.skipSpace();
    const next = readInteger(cursor);
    if (next === undefined) {
      throw cursor.fault('Expected an index');
    }
    indexes.push(next);
    cursor.skipSpace();
  }
  return indexes.length === 1 ? { kind: 'INDEX', index: first } : { kind: 'INDEXES', indexes };
}

/** Jayway takes a slice that names a bound at least, and does not look at a step. */
function readSlice(cursor: TextCursor, from: number | undefined): Segment {
  cursor.skipSpace();
  const to = readInteger(cursor);
  cursor.skipSpace();
  if (from === undefined && to === undefined) {
    throw cursor.fault('Expected a bound of a slice');
  }
  if (cursor.take(':')) {
    cursor.skipSpace();
    readInteger(cursor);
  }
  return { kind: 'SLICE', ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
}

function readInteger(cursor: TextCursor): number | undefined {
  const digits = cursor.match(INTEGER);
  return digits === undefined ? undefined : Number(digits);
}

function readList<T>(cursor: TextCursor, readOne: (cursor: TextCursor) => T): T[] {
  const all = [readOne(cursor)];
  cursor.skipSpace();
  while (cursor.take(',')) {
    cursor.skipSpace();
    all.push(readOne(cursor));
    cursor.skipSpace();
  }
  return all;
}
