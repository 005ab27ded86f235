import { nearestNumber } from '../exact-number.ts';
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import type { Draws } from '../randomness.ts';
import type { IntrinsicArgument } from './intrinsic-parser.ts';

/** An intrinsic function of the states language. */
export interface IntrinsicFunction {
  /** How many arguments it takes at least and at most. */
  readonly arity: readonly [least: number, most: number];
  /** @throws {IntrinsicFault} The function does not accept an argument. */
  readonly apply: (values: readonly Json[], details: CallDetails) => Json;
}

/** Details of a call that only a few functions need. */
export interface CallDetails {
  readonly draws: Draws;
  /** The arguments as written. */
  readonly written: readonly IntrinsicArgument[];
}

/** Thrown by an intrinsic function for an argument that it cannot take; becomes `States.IntrinsicFailure`. */
export class IntrinsicFault extends Error {
  override readonly name = 'IntrinsicFault';
}

const ORDINALS = ['first', 'second', 'third'];

/** AWS bounds the integers of `States.MathAdd` and `States.MathRandom` to 32 bits. */
const INTEGER_RANGE = { least: -(2 ** 31), most: 2 ** 31 - 1 };

/** Argument `at` as an array. */
export function arrayArgument(values: readonly Json[], at: number): readonly Json[] {
  const value = values[at];
  if (Array.isArray(value)) {
    return value;
  }
  throw wrongType(at, 'an array', value);
}

/** Argument `at` as a string. */
export function stringArgument(values: readonly Json[], at: number): string {
  const value = values[at];
  if (typeof value === 'string') {
    return value;
  }
  throw wrongType(at, 'a string', value);
}

/** Argument `at` as a string of bounded length, in characters. */
export function shortStringArgument(values: readonly Json[], at: number, limit: number): string {
  const value = stringArgument(values, at);
  if (value.length > limit) {
    throw new IntrinsicFault(`The ${ORDINALS[at]} argument must have at most ${limit} characters.`);
  }
  return value;
}

/** Argument `at` as an object. */
export function objectArgument(values: readonly Json[], at: number): JsonObject {
  const value = values[at];
  if (isJsonObject(value)) {
    return value;
  }
  throw wrongType(at, 'an object', value);
}

/** Argument `at` as an integer of 32 bits; AWS rounds a fraction to the nearest. */
export function integerArgument(values: readonly Json[], at: number): number {
  const value = nearestNumber(values[at]);
  if (value === undefined) {
    throw wrongType(at, 'a number', values[at]);
  }
  const integer = Math.round(value);
  if (integer < INTEGER_RANGE.least || integer > INTEGER_RANGE.most) {
    throw new IntrinsicFault(
      `The ${ORDINALS[at]} argument must be between ${INTEGER_RANGE.least} and ${INTEGER_RANGE.most}.`,
    );
  }
  return integer + 0;
}

function wrongType(at: number, wanted: string, value: Json | undefined): IntrinsicFault {
  return new IntrinsicFault(`The ${ORDINALS[at]} argument must be ${wanted}, but was ${JSON.stringify(value)}.`);
}
