import { createContext, Script } from 'node:vm';

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

/** What the regular expressions of one evaluation may take together. */
const LONGEST_MS = 2_000;

/**
 * The time that matching has left. The one clock of the language: V8 does not count the steps of a match, and stops
 * one by time alone. It decides nothing but whether a regular expression that goes on and on fails.
 */
export class MatchingTime {
  #leftMs = LONGEST_MS;

  /** In whole milliseconds; 0 when it is used up. */
  get leftMs(): number {
    return Math.max(0, Math.ceil(this.#leftMs));
  }

  spend(ms: number): void {
    this.#leftMs -= ms;
  }
}

/** So many attempts take some milliseconds. */
const FEW_ATTEMPTS = 1e6;

/** A group that is repeated, look-around, names, modifiers, back references: what they cost does not show from outside. */
const INTRICATE = /\)[*+?{]|\(\?(?!:)|\\[1-9k]/;

/** Repeats one thing a fixed number of times: no choice. */
const FIXED = /\{\d+\}/g;

/** At each of these an attempt can go on in more than one way. */
const CHOICE = /[*+?{|]/g;

const HARMLESS = /\(\?:/g;

/**
 * Whether matching a text of some length could take long, for all that its source says. Without intricate parts each
 * choice, and the place to begin, has at most as many ways to go as the text has places.
 */
export function mayBacktrackLong(source: string, length: number): boolean {
  if (INTRICATE.test(source)) {
    return true;
  }
  const choices = source.replace(FIXED, '').replace(HARMLESS, '(').match(CHOICE)?.length ?? 0;
  const places = source.startsWith('^') && !source.includes('|') ? choices : choices + 1;
  return (length + 2) ** places * source.length > FEW_ATTEMPTS * 10;
}
