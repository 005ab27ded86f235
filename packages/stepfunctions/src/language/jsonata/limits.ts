import { MatchingTime } from '../bounded-regexp.ts';
import type { Draws } from '../randomness.ts';

/** AWS: a sequence of so many numbers passes and one more does not. */
export const LONGEST_SEQUENCE = 873_782;

/** Characters. JSONata's functions take up to half a microsecond for each. */
export const LONGEST_TEXT = 2 ** 23;

/** AWS: a nesting of 95 passes and 125 does not. */
const DEPTH = 125;

/** Steps of one evaluation: a second or two. Counted, not timed, so that the same expression always ends the same way. */
const MOST_STEPS = 500_000;

/** Steps that have begun, over all parts of arrays, objects and groups that JSONata evaluates side by side. */
const DEPTH_OF_ALL = 20_000;

/** Parts that count for as many as there can be. */
export const MANY_PARTS = DEPTH_OF_ALL / DEPTH;

/**
 * A value's size if it were written out, so that a value that holds another twice counts it twice. Every walk through a
 * value ends in time. Without this limit, `{"a": $x, "b": $x}` thirty times over takes longer than any time limit.
 */
const LARGEST_VALUE = 2 ** 21;

/** Smaller sizes are counted again each time: remembering them costs more. */
const WORTH_REMEMBERING = 32;

/** Thrown where an evaluation exceeds a limit. The code is JSONata's: D1011 depth, D1012 time, D2014 memory. */
export class EvaluationLimitError extends Error {
  readonly code: 'D1011' | 'D1012' | 'D2014';

  constructor(code: 'D1011' | 'D1012' | 'D2014') {
    super(`The evaluation exceeded a limit (${code})`);
    this.code = code;
  }
}

/** What the functions and steps of one evaluation share. */
export interface EvaluationContext {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly draws: Draws;
  readonly limits: EvaluationLimits;
}

/** The variable that holds the {@link EvaluationContext}. No expression can name it. */
export const EVALUATION_CONTEXT = ' evaluation context';

/**
 * The limits of one evaluation that JSONata's own options lack. Its `stack` counts parts that are evaluated side by side as
 * depth, so an object of 125 members would fail. Its `timeout` depends on how busy the machine is. Its `sequence` bounds one
 * array, and nothing bounds texts or objects.
 */
export class EvaluationLimits {
  /** What its regular expressions may take together. */
  readonly matchingTime = new MatchingTime();
  #steps = 0;
  #depth = 0;
  #parts = 1;
  /** Made when there is something to remember: most evaluations have nothing that large. */
  #knownSizes: WeakMap<object, number> | undefined;

  /**
   * A step begins.
   *
   * @param parts that it evaluates side by side; each may be as deep as one alone
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
   * @throws {EvaluationLimitError} larger than any value may be
   */
  checkSize(value: unknown): void {
    if (this.#sizeOf(value) > LARGEST_VALUE) {
      throw new EvaluationLimitError('D2014');
    }
  }

  /** Values are about to change in place: their sizes are counted again. */
  forgetSizes(): void {
    this.#knownSizes = undefined;
  }

  /** 1 for each value within it and 1 for every 32 characters. */
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
