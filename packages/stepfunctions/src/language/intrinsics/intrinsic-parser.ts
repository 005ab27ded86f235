import { BoundedCache } from '../bounded-cache.ts';
import { readNumber } from '../exact-number.ts';
import type { ExactNumber } from '../json.ts';
import type { Path } from '../jsonpath/path.ts';
import { readPath } from '../jsonpath/path-parser.ts';
import { TextCursor } from '../text-cursor.ts';

/** A parsed call of an intrinsic function. */
export interface IntrinsicCall {
  /** As it stands in the definition. */
  readonly text: string;
  /** `States.Format` and its kin; whether there is such a function is not checked here. */
  readonly name: string;
  readonly arguments: readonly IntrinsicArgument[];
}

export type IntrinsicArgument =
  /** `written` is a string's text before its escapes are resolved: `States.Format` needs to see them. */
  | {
      readonly kind: 'VALUE';
      readonly value: null | boolean | number | ExactNumber | string;
      readonly written?: string;
    }
  | { readonly kind: 'PATH'; readonly path: Path }
  | { readonly kind: 'CALL'; readonly call: IntrinsicCall };

/** Calls may stand inside calls this deep. */
export const NESTING_LIMIT = 10;

const REMEMBERED = 20_000;
const parsed = new BoundedCache<IntrinsicCall>(REMEMBERED);

const NAME = /States\.[A-Za-z0-9]+/y;
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /(?:true|false|null)\b/y;
const ESCAPABLE: ReadonlySet<string> = new Set(["'", '{', '}', '\\']);

/**
 * Parses `States.Name(argument, ...)`; arguments are strings in single quotes, numbers, `true`, `false`, `null`, paths
 * and further calls. In strings a backslash escapes `'`, `{`, `}` and itself.
 *
 * @throws {SyntaxFault} The text is no such call, or its calls are nested deeper than {@link NESTING_LIMIT}.
 */
export function parseIntrinsic(text: string): IntrinsicCall {
  return parsed.get(text, () => {
    const cursor = new TextCursor(text);
    const call = readCall(cursor, 1);
    cursor.skipSpace();
    if (!cursor.atEnd) {
      throw cursor.fault('Unexpected character');
    }
    return call;
  });
}

function readCall(cursor: TextCursor, depth: number): IntrinsicCall {
  if (depth > NESTING_LIMIT) {
    throw cursor.fault(`Functions may be nested ${NESTING_LIMIT} deep`);
  }
  const from = cursor.position;
  const name = cursor.match(NAME);
  if (name === undefined) {
    throw cursor.fault('Expected an intrinsic function');
  }
  cursor.skipSpace();
  cursor.expect('(');
  const args = readArguments(cursor, depth);
  return { text: cursor.text.slice(from, cursor.position), name, arguments: args };
}

function readArguments(cursor: TextCursor, depth: number): readonly IntrinsicArgument[] {
  const args: IntrinsicArgument[] = [];
  cursor.skipSpace();
  if (cursor.take(')')) {
    return args;
  }
  for (;;) {
    cursor.skipSpace();
    args.push(readArgument(cursor, depth));
    cursor.skipSpace();
    if (cursor.take(')')) {
      return args;
    }
    cursor.expect(',');
  }
}

function readArgument(cursor: TextCursor, depth: number): IntrinsicArgument {
  if (cursor.take("'")) {
    return readString(cursor);
  }
  if (cursor.character === '$') {
    return { kind: 'PATH', path: readPath(cursor, '$') };
  }
  const word = cursor.match(WORD);
  if (word !== undefined) {
    return { kind: 'VALUE', value: word === 'null' ? null : word === 'true' };
  }
  const digits = cursor.match(NUMBER);
  if (digits !== undefined) {
    return { kind: 'VALUE', value: readNumber(digits) };
  }
  return { kind: 'CALL', call: readCall(cursor, depth + 1) };
}

function readString(cursor: TextCursor): IntrinsicArgument {
  const from = cursor.position;
  let value = '';
  while (!cursor.take("'")) {
    if (cursor.atEnd) {
      throw cursor.fault("Expected '");
    }
    if (cursor.take('\\') && !ESCAPABLE.has(cursor.character)) {
      throw cursor.fault("A backslash escapes only ', {, } and \\");
    }
    value += cursor.character;
    cursor.position++;
  }
  return { kind: 'VALUE', value, written: cursor.text.slice(from, cursor.position - 1) };
}
