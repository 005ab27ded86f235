import { SFNServiceException } from '@aws-sdk/client-sfn';
import { TerminalError } from '../../functions/common/errors.ts';
import type { CallErrors } from './fault.ts';
import { ConditionalCheckFailed, InvalidUpdate } from './model-orders.ts';

/** The outcome of a call as its caller sees it. */
export type Answer<Output> =
  | { readonly ok: true; readonly output: Output }
  /** `origin` is the callee's error; absent if the call itself failed. */
  | { readonly ok: false; readonly error: string; readonly cause: string; readonly origin?: Error };

/** A call from one process to another. */
export interface SimulatedCall<Output> {
  /** The unit of an outage, such as a function's name or `orders`. */
  readonly destination: string;
  /** The callee's work. An error for which `isAnswer` holds is its answer. */
  readonly effect: () => Operation<Output>;
  /** Errors that the caller may get instead of an answer. */
  readonly errors: CallErrors;
  /** Delivers the answer; called at most once. */
  readonly answer: (answer: Answer<Output>) => void | Promise<void>;
  /** Crashes the caller, which restarts after so many seconds. */
  readonly crash: (seconds: number) => void;
}

/** Work in steps. At each `yield` its process may crash, or other work may interleave. */
export type Operation<Output> = Generator<void, Output, void> | AsyncGenerator<void, Output, void>;

/** Work in a single step. */
export async function* atomically<Output>(work: () => Output | Promise<Output>): AsyncGenerator<void, Output, void> {
  const output = await work();
  yield;
  return output;
}

/** Runs all steps without interleaving. */
export async function runToCompletion<Output>(operation: Operation<Output>): Promise<Output> {
  for (;;) {
    const { done, value } = await operation.next();
    if (done === true) {
      return value;
    }
  }
}

/** Runs at most so many steps. */
export async function runSteps<Output>(operation: Operation<Output>, steps: number): Promise<void> {
  for (let step = 0; step < steps; step += 1) {
    const { done } = await operation.next();
    if (done === true) {
      return;
    }
  }
}

/** A terminal error of a service; the saga's catchers match its name. */
export class Refusal extends Error {
  override readonly name: string;
  constructor(errorName: string, message: string) {
    super(message);
    this.name = errorName;
  }
}

/** Whether an error is the callee's answer, rather than a mistake in the simulation. */
export function isAnswer(error: unknown): error is Error {
  return (
    error instanceof Refusal ||
    error instanceof TerminalError ||
    error instanceof SFNServiceException ||
    error instanceof ConditionalCheckFailed ||
    error instanceof InvalidUpdate
  );
}
