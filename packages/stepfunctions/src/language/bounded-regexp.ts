import { createContext, Script } from 'node:vm';
import { MatchingTime } from './matching-time.ts';
import { mayBacktrackLong } from './regexp-backtracking.ts';

/** One call, however much its evaluation has left. Ours: AWS says nothing of such a bound. */
const LONGEST_MATCH_MS = 500;

/** Matches that are looked for in one go. Starting to watch the clock takes a quarter of a millisecond. */
const MOST_AHEAD = 1_024;

/** Where a function runs that may be stopped; Node stops code by the context it was started in. */
const stoppable: { run: () => void } = { run: () => undefined };
createContext(stoppable);
const call = new Script('run()');

/** Thrown for an expression that has not found its answer in time. */
export class RunawayExpressionError extends Error {
  override readonly name = 'RunawayExpressionError';
}

/** What one call of `exec` comes to. */
interface Found {
  readonly from: number;
  readonly match: RegExpExecArray | null;
  readonly to: number;
}

/**
 * A regular expression of a state machine's author that cannot stop the process: unless it is plain that it cannot
 * take long, it has a bounded time. That it mostly ends before, in V8's linear-time engine, is the doing of
 * `regexp-guard.ts`.
 */
export class BoundedRegExp extends RegExp {
  #time: MatchingTime;
  #ahead: { readonly text: string; readonly found: Found[]; readonly asked: number } | undefined;

  constructor(pattern: RegExp | string, flags?: string, time = new MatchingTime()) {
    super(pattern, flags);
    this.#time = time;
  }

  /** Whether it matches, in the time that is left. */
  testWithin(text: string, time: MatchingTime): boolean {
    this.#time = time;
    return this.test(text);
  }

  /** @throws {RunawayExpressionError} no answer in time */
  override exec(text: string): RegExpExecArray | null {
    const next = this.#foundAhead(text) ?? this.#find(text);
    this.lastIndex = next.to;
    return next.match;
  }

  #foundAhead(text: string): Found | undefined {
    if (this.#ahead?.found[0]?.from !== this.lastIndex || this.#ahead.text !== text) {
      return undefined;
    }
    return this.#ahead.found.shift();
  }

  #find(text: string): Found {
    const began = performance.now();
    try {
      if (!mayBacktrackLong(this.source, text.length)) {
        return this.#next(text);
      }
      return this.#findBounded(text);
    } finally {
      this.#time.spend(performance.now() - began);
    }
  }

  /** Whoever asks for one match after the other gets more and more of them at once. */
  #findBounded(text: string): Found {
    const timeout = Math.min(LONGEST_MATCH_MS, this.#time.leftMs);
    const goesOn = this.#ahead?.text === text && this.lastIndex > 0;
    const asked = goesOn ? Math.min(MOST_AHEAD, (this.#ahead?.asked ?? 1) * 4) : 1;
    const found: Found[] = [];
    stoppable.run = () => {
      do {
        found.push(this.#next(text));
      } while (found.length < asked && this.lastIndex > 0 && found.at(-1)?.match?.[0] !== '');
    };
    try {
      if (timeout === 0) {
        throw new RangeError('No time is left');
      }
      call.runInContext(stoppable, { timeout });
    } catch (cause) {
      // What was found before is not lost: the next call goes on from there, and ends here if it does not get on.
      if (found.length === 0) {
        throw new RunawayExpressionError(`The regular expression /${this.source}/ backtracks without end`, { cause });
      }
    }
    const [first, ...others] = found;
    if (first === undefined) {
      throw new Error('A match was neither found nor refused');
    }
    this.#ahead = { text, found: others, asked };
    return first;
  }

  #next(text: string): Found {
    const from = this.lastIndex;
    const match = super.exec(text);
    return { from, match, to: this.lastIndex };
  }
}

/** What JSONata makes regular expressions with: it asks for all of RegExp's constructor and uses `new` alone. */
export function regExpsWithin(time: MatchingTime): RegExpConstructor {
  const Within = class extends BoundedRegExp {
    constructor(pattern: RegExp | string) {
      super(pattern, undefined, time);
    }
  };
  return Within as unknown as RegExpConstructor;
}
