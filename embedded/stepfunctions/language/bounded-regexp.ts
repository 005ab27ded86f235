import { createContext, Script } from 'node:vm';

/** Ours: AWS says nothing of such a bound. */
const LONGEST_MATCH_MS = 500;

/** Texts so short are matched before anybody notices, however the expression backtracks. */
const SHORT_TEXT = 24;

/** What V8's linear-time engine does not take over: look-around, back references, counted repetition, some flags. */
const NEEDS_BACKTRACKING = /\(\?[=!<]|\\[1-9k]|\{/;
const FLAGS_OF_BACKTRACKING = /[iuv]/;

/** Where a function runs that may be stopped; Node stops code by the context it was started in. */
const stoppable: { run: () => unknown } = { run: () => undefined };
createContext(stoppable);
const call = new Script('run()');

/** Thrown for an expression that has not found its answer in time. */
export class RunawayExpressionError extends Error {
  override readonly name = 'RunawayExpressionError';
}

/**
 * A regular expression of a state machine's author that cannot stop the process. Most are safe by themselves, because V8
 * goes over to its linear-time engine (see `regexp-guard.ts`); the others get a bounded time, at a quarter of a millisecond
 * a match.
 */
export class BoundedRegExp extends RegExp {
  readonly #isBounded: boolean;

  constructor(pattern: RegExp | string, flags?: string) {
    super(pattern, flags);
    this.#isBounded = NEEDS_BACKTRACKING.test(this.source) || FLAGS_OF_BACKTRACKING.test(this.flags);
  }

  /** @throws {RunawayExpressionError} no answer within half a second */
  override exec(text: string): RegExpExecArray | null {
    if (!this.#isBounded || text.length <= SHORT_TEXT) return super.exec(text);
    let match: RegExpExecArray | null = null;
    stoppable.run = () => {
      match = super.exec(text);
    };
    try {
      call.runInContext(stoppable, { timeout: LONGEST_MATCH_MS });
    } catch (cause) {
      throw new RunawayExpressionError(`The regular expression /${this.source}/ backtracks without end`, { cause });
    }
    return match;
  }
}
