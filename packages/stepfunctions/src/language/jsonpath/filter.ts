import { type BoundedRegExp, RunawayExpressionError } from '../bounded-regexp.ts';
import { compareNumbers, isNumber, isSame, nearestNumber } from '../exact-number.ts';
import { isJsonObject, type Json } from '../json.ts';
import { StatesError } from '../states-error.ts';
import type { Condition, FilterOperand, FilterOperator, Path } from './path.ts';
import type { Selection, SelectionEffort } from './selection.ts';

/** The context in which a filter is applied. */
export interface FilterSubject {
  /** `@`. */
  readonly element: Json;
  /** `$`. */
  readonly document: Json;
  /** Follows the paths inside the filter. */
  readonly select: (path: Path, root: Json, document: Json, effort: SelectionEffort) => Selection;
  /** The cost of the whole selection. */
  readonly effort: SelectionEffort;
}

/** Whether an element passes a filter. */
export function holds(condition: Condition, subject: FilterSubject): boolean {
  switch (condition.kind) {
    case 'OR':
      return holds(condition.left, subject) || holds(condition.right, subject);
    case 'AND':
      return holds(condition.left, subject) && holds(condition.right, subject);
    case 'NOT':
      return !holds(condition.inner, subject);
    case 'EXISTS':
      return exists(condition.path, follow(condition, subject));
    case 'COMPARE': {
      const left = operandValue(condition.left, subject);
      if (condition.right.kind === 'PATTERN') {
        return (
          condition.operator === '=~' &&
          typeof left === 'string' &&
          matches(condition.right.pattern, left, subject.effort)
        );
      }
      const right = operandValue(condition.right, subject);
      subject.effort.visit(sizeOf(left) * sizeOf(right));
      return compare(condition.operator, left, right);
    }
  }
}

function matches(pattern: BoundedRegExp, text: string, effort: SelectionEffort): boolean {
  try {
    return pattern.testWithin(text, effort.matchingTime);
  } catch (cause) {
    if (cause instanceof RunawayExpressionError) {
      throw new StatesError('States.Runtime', cause.message, { origin: cause });
    }
    throw cause;
  }
}

function follow(reference: { readonly path: Path; readonly fromElement: boolean }, subject: FilterSubject): Selection {
  const root = reference.fromElement ? subject.element : subject.document;
  return subject.select(reference.path, root, subject.document, subject.effort);
}

function exists(path: Path, selection: Selection): boolean {
  if (!selection.found) {
    return false;
  }
  // AWS does not tell a member that is null from one that is missing here.
  return path.definite ? selection.value !== null : Array.isArray(selection.value) && selection.value.length > 0;
}

function operandValue(operand: FilterOperand, subject: FilterSubject): Json | undefined {
  switch (operand.kind) {
    case 'VALUE':
      return operand.value;
    case 'PATTERN':
      return undefined;
    case 'PATH': {
      const selection = follow(operand, subject);
      return selection.found ? selection.value : undefined;
    }
  }
}

function compare(operator: FilterOperator, left: Json | undefined, right: Json | undefined): boolean {
  switch (operator) {
    case '==':
      return left !== undefined && isEqual(left, right);
    case '===':
      return left !== undefined && isSame(left, right);
    case '!=':
      return isComparable(left, right) && !isEqual(left, right);
    case '!==':
      return left !== undefined && !isSame(left, right);
    case '<':
    case '<=':
    case '>':
    case '>=':
      return inOrder(operator, left, right);
    case '=~':
      return false;
    case 'in':
      return isList(right) && left !== undefined && includes(right, left);
    case 'nin':
      return isList(right) && (left === undefined || !includes(right, left));
    case 'subsetof':
      return isList(left) && isList(right) && left.every((value) => includes(right, value));
    case 'anyof':
      return isList(left) && isList(right) && left.some((value) => includes(right, value));
    case 'noneof':
      return isList(left) && isList(right) && !left.some((value) => includes(right, value));
    case 'all':
      return isList(left) && isList(right) && right.every((value) => includes(left, value));
    case 'size':
      return (isList(left) || typeof left === 'string') && left.length === nearestNumber(right);
    case 'empty':
      return (isList(left) || typeof left === 'string') && (left.length === 0) === right;
    case 'contains':
      if (isList(left)) {
        return right !== undefined && includes(left, right);
      }
      return typeof left === 'string' && typeof right === 'string' && left.includes(right);
  }
}

/** The number of values that a comparison reads. A list may be compared with each element of another. */
function sizeOf(value: Json | undefined): number {
  return isList(value) ? value.length + 1 : 1;
}

function inOrder(operator: '<' | '<=' | '>' | '>=', left: Json | undefined, right: Json | undefined): boolean {
  const difference = differenceOf(left, right);
  if (difference === undefined) {
    return false;
  }
  if (operator === '<') {
    return difference < 0;
  }
  if (operator === '<=') {
    return difference <= 0;
  }
  return operator === '>' ? difference > 0 : difference >= 0;
}

/** Whether Jayway compares two values at all. Otherwise even `!=` does not hold. */
function isComparable(left: Json | undefined, right: Json | undefined): boolean {
  return left !== undefined && (right === null || !(isJsonObject(left) || isList(left)));
}

/** Undefined for values that have no order. The right one is read as what the left one is. */
function differenceOf(left: Json | undefined, right: Json | undefined): number | undefined {
  if (isNumber(left)) {
    const number = isNumber(right) ? right : numberIn(right);
    return number === undefined ? undefined : compareNumbers(left, number);
  }
  if (typeof left === 'boolean') {
    const flag = booleanIn(right);
    return flag === undefined ? undefined : Number(left) - Number(flag);
  }
  const text = isNumber(right) || typeof right === 'boolean' ? JSON.stringify(right) : right;
  if (typeof left !== 'string' || typeof text !== 'string') {
    return undefined;
  }
  return left < text ? -1 : left > text ? 1 : 0;
}

function numberIn(value: Json | undefined): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
  return Number.isNaN(number) ? undefined : number;
}

/** Any text but `true` is false, as in Java. */
function booleanIn(value: Json | undefined): boolean | undefined {
  if (typeof value === 'boolean') {
    return value;
  }
  return typeof value === 'string' || isNumber(value) ? String(value).toLowerCase() === 'true' : undefined;
}

/** Whether two values are equal. As in Jayway, the right one is read as what the left one is. */
function isEqual(left: Json | undefined, right: Json | undefined): boolean {
  if (typeof left === 'string' && isNumber(right)) {
    return numberIn(left) === nearestNumber(right);
  }
  if (typeof left === 'boolean') {
    return left === booleanIn(right);
  }
  return isNumber(left) && typeof right === 'string' ? isEqual(right, left) : isSame(left, right);
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

function includes(list: readonly Json[], value: Json): boolean {
  return list.some((candidate) => isEqual(candidate, value));
}
