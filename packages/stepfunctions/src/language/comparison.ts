import { compareNumbers, isNumber } from './exact-number.ts';
import type { Json } from './json.ts';
import { parseTimestamp } from './timestamp.ts';

/** Whether a comparison holds. A value of another type never matches. */
export type Test = (value: Json, operand: Json) => boolean;

type Order = (difference: number) => boolean;

const orders: { readonly [name: string]: Order } = {
  Equals: (difference) => difference === 0,
  LessThan: (difference) => difference < 0,
  GreaterThan: (difference) => difference > 0,
  LessThanEquals: (difference) => difference <= 0,
  GreaterThanEquals: (difference) => difference >= 0,
};

/** Strings compare by UTF-16 code unit, as in Java. */
function difference<T extends string | number>(left: T, right: T): number {
  if (left === right) {
    return 0;
  }
  return left < right ? -1 : 1;
}

function strings(order: Order): Test {
  return (value, operand) =>
    typeof value === 'string' && typeof operand === 'string' && order(difference(value, operand));
}

function numbers(order: Order): Test {
  return (value, operand) => isNumber(value) && isNumber(operand) && order(compareNumbers(value, operand));
}

function timestamps(order: Order): Test {
  return (value, operand) => {
    const [left, right] = [instant(value), instant(operand)];
    return left !== undefined && right !== undefined && order(difference(left, right));
  };
}

function instant(value: Json): number | undefined {
  return typeof value === 'string' ? parseTimestamp(value) : undefined;
}

function ordered(prefix: string, make: (order: Order) => Test): readonly (readonly [string, Test])[] {
  return Object.entries(orders).map(([name, order]) => [`${prefix}${name}`, make(order)] as const);
}

/** Comparators whose operand may also come from a path (`…Path`). */
export const valueTests: ReadonlyMap<string, Test> = new Map<string, Test>([
  ...ordered('String', strings),
  ...ordered('Numeric', numbers),
  ...ordered('Timestamp', timestamps),
  ['BooleanEquals', (value, operand) => typeof value === 'boolean' && value === operand],
]);

/** Comparators with a literal operand only. `IsPresent` is missing, because it tests the variable and not its value. */
export const literalTests: ReadonlyMap<string, Test> = new Map<string, Test>([
  [
    'StringMatches',
    (value, operand) => typeof value === 'string' && typeof operand === 'string' && matchesWildcard(value, operand),
  ],
  ['IsNull', (value, operand) => (value === null) === operand],
  ['IsNumeric', (value, operand) => isNumber(value) === operand],
  ['IsString', (value, operand) => (typeof value === 'string') === operand],
  ['IsBoolean', (value, operand) => (typeof value === 'boolean') === operand],
  ['IsTimestamp', (value, operand) => (instant(value) !== undefined) === operand],
]);

/**
 * `StringMatches`: whether a text matches a pattern in which `*` stands for any characters; `\*` is a star and `\\` a
 * backslash. The time is proportional to the product of both lengths at most.
 */
export function matchesWildcard(text: string, pattern: string): boolean {
  const pieces = literalPieces(pattern);
  const [first = ''] = pieces;
  if (pieces.length === 1) {
    return text === first;
  }
  const last = pieces.at(-1) ?? '';
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) {
    return false;
  }
  const end = text.length - last.length;
  let from = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const at = text.indexOf(piece, from);
    if (at < 0 || at + piece.length > end) {
      return false;
    }
    from = at + piece.length;
  }
  return true;
}

function literalPieces(pattern: string): string[] {
  const pieces = [''];
  for (const token of pattern.match(/\\[*\\]|[\s\S]/g) ?? []) {
    if (token === '*') {
      pieces.push('');
    } else {
      pieces.push((pieces.pop() ?? '') + (token.length === 2 ? token.slice(1) : token));
    }
  }
  return pieces;
}
