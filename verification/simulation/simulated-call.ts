import type { CallErrors } from './call-errors.ts';
import type { Operation } from './operation.ts';

/** What a caller gets to see. */
export type Answer<Output> =
  | { readonly ok: true; readonly output: Output }
  /** `origin` is what the called threw; absent where the call itself went wrong. */
  | { readonly ok: false; readonly error: string; readonly cause: string; readonly origin?: Error };

/** One call from one process to another, not yet made. */
export interface SimulatedCall<Output> {
  /** What an outage hits together, such as a function's name or `orders`. */
  readonly place: string;
  /** Does the call's work; what it throws that `isAnswer` is the answer. */
  readonly effect: () => Operation<Output>;
  /** What the caller sees where it gets no answer. */
  readonly errors: CallErrors;
  /** Takes the answer; called at most once, or never. */
  readonly answer: (answer: Answer<Output>) => void | Promise<void>;
  /** The caller lost the answer in a crash; it comes back after so many seconds. */
  readonly crash: (seconds: number) => void;
}
