import { MatchingTime } from '../bounded-regexp.ts';
import type { Draws } from '../randomness.ts';
import type { ExactValues } from './exact-values.ts';

/** The most items of a sequence. AWS accepts this number and refuses one more. */
export const LONGEST_SEQUENCE = 873_782;

/** The most numbers that `$range` makes. AWS accepts this number and refuses one more. */
export const LONGEST_RANGE = 360_145;

/**
 * The most characters of a text. AWS accepts 2^22 and refuses 2^23; its memory holds the longest sequence, at eight
 * bytes a number.
 */
export const LONGEST_TEXT = LONGEST_SEQUENCE * 8;

/** The deepest nesting of steps. AWS accepts a sum of 100 terms and refuses 101. */
const DEPTH = 100;

/**
 * The most steps of one evaluation, which take a second or two. A count makes the result independent of the machine's
 * speed.
 */
const MOST_STEPS = 500_000;

/** The most steps under way, over all parts that JSONata evaluates concurrently. */
const DEPTH_OF_ALL = 20_000;

/** The number of parts where it is not known, as in a group-by. */
export const MANY_PARTS = DEPTH_OF_ALL / DEPTH;

/**
 * The largest size of a value, as if it were written out: a value that holds another twice counts it twice. Without
 * this limit, thirty rounds of `{"a": $x, "b": $x}` make a value that JSONata walks through for hours, in one step.
 */
const LARGEST_VALUE = 2 ** 21;

/** The smallest size that is cached. Counting a smaller value again costs less. */
const WORTH_REMEMBERING = 32;

/** Thrown where an evaluation exceeds a limit. The code is JSONata's: D1011 depth, D1012 time, D2014 memory. */
export class EvaluationLimitError extends Error {
  readonly code: 'D1011' | 'D1012' | 'D2014';

  constructor(code: 'D1011' | 'D1012' | 'D2014') {
    super(`The evaluation exceeded a limit (${code})`);
    this.code = code;
  }
}

/** The state that the functions and steps of one evaluation share. */
export interface EvaluationContext {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly draws: Draws;
  readonly limits: EvaluationLimits;
  readonly exact: ExactValues;
}

/** The variable that holds the {@link EvaluationContext}. No expression can name it. */
export const EVALUATION_CONTEXT = ' evaluation context';

/**
 * The limits of one evaluation that JSONata's own options lack. Its `stack` counts parts that it evaluates concurrently
 * as depth, so an object of 125 members would fail. Its `timeout` depends on how busy the machine is. Its `sequence`
 * bounds one array, and nothing bounds texts or objects.
 */
export class EvaluationLimits {
  /** The time limit of all its regular expressions. */
  readonly matchingTime = new MatchingTime();
  #steps = 0;
  #depth = 0;
  #parts = 1;
  /** Created on first use, because most evaluations have no value that large. */
  #knownSizes: WeakMap<object, number> | undefined;

  /**
   * A step begins.
   *
   * @param parts the parts that the step evaluates concurrently; each may have the full depth
   * @throws {EvaluationLimitError} too deep, or one step too many
   */
  enter(parts: number): void {
    this.#parts += parts - 1;
    this.#depth += 1;
    if (this.#depth > Math.min(DEPTH * this.#parts, DEPTH_OF_ALL)) {
      throw new EvaluationLimitError('D1011');
    }
    this.#steps += 1;
    if (this.#steps > MOST_STEPS) {
      throw new EvaluationLimitError('D1012');
    }
  }

  /** A step ends. */
  leave(parts: number): void {
    this.#parts -= parts - 1;
    this.#depth -= 1;
  }

  /**
   * Checks a value that a step made.
   *
   * @throws {EvaluationLimitError} the value is too large
   */
  checkSize(value: unknown): void {
    if (this.#sizeOf(value) > LARGEST_VALUE) {
      throw new EvaluationLimitError('D2014');
    }
  }

  /** Discards the cached sizes, because values are about to change in place. */
  forgetSizes(): void {
    this.#knownSizes = undefined;
  }

  /** The size of a value: 1 for each value in it and 1 for every 32 characters. */
  #sizeOf(value: unknown): number {
    if (typeof value === 'string') {
      return value.length > LONGEST_TEXT ? Number.POSITIVE_INFINITY : 1 + (value.length >> 5);
    }
    if (typeof value !== 'object' || value === null || '_jsonata_function' in value || '_jsonata_lambda' in value) {
      return 1;
    }
    const known = this.#knownSizes?.get(value);
    if (known !== undefined) {
      return known;
    }
    let size = 1;
    for (const member of Array.isArray(value) ? value : Object.values(value)) {
      size += this.#sizeOf(member);
      if (size > LARGEST_VALUE) {
        return size;
      }
    }
    if (!Array.isArray(value)) {
      size += Object.keys(value).reduce((characters, name) => characters + name.length, 0) >> 5;
    }
    if (size > WORTH_REMEMBERING) {
      this.#knownSizes ??= new WeakMap();
      this.#knownSizes.set(value, size);
    }
    return size;
  }
}
