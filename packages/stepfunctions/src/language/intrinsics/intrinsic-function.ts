import type { Draws } from '../draws.ts';
import type { Json } from '../json.ts';
import type { IntrinsicArgument } from './intrinsic-parser.ts';

/** An intrinsic function of the states language. */
export interface IntrinsicFunction {
  /** How many arguments it takes at least and at most. */
  readonly arity: readonly [least: number, most: number];
  /** @throws {IntrinsicFault} An argument is out of what the function takes. */
  readonly apply: (values: readonly Json[], details: CallDetails) => Json;
}

/** What few functions need beside the values of their arguments. */
export interface CallDetails {
  readonly draws: Draws;
  /** The arguments as written. */
  readonly written: readonly IntrinsicArgument[];
}

/** Thrown by an intrinsic function for an argument that it cannot take; becomes `States.IntrinsicFailure`. */
export class IntrinsicFault extends Error {
  override readonly name = 'IntrinsicFault';
}
