import { createContext, Script } from 'node:vm';

/** The time limit of one call. AWS documents no such limit. */
const LONGEST_MATCH_MS = 500;

/** The most matches that one timed call looks for. Starting a timed call takes a quarter of a millisecond. */
const MOST_AHEAD = 1_024;

/** The context for code with a time limit. Node applies such a limit per context. */
const stoppable: { run: () => void } = { run: () => undefined };
createContext(stoppable);
const call = new Script('run()');

/** Thrown for a regular expression that exceeded its time limit. */
export class RunawayExpressionError extends Error {
  override readonly name = 'RunawayExpressionError';
}

/** The result of one call of `exec`. */
interface Found {
  readonly from: number;
  readonly match: RegExpExecArray | null;
  readonly to: number;
}

/**
 * A regular expression from a state machine that cannot block the process. It has a time limit, unless its source shows
 * that it is quick. Most expressions end before that limit, because `regexp-guard.ts` turns on V8's linear-time engine.
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

  /** Looks for more matches at once with every call, for callers that go through all matches. */
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
      // Matches found before the limit are kept. The next call continues there, and fails if it finds nothing.
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

/**
 * The constructor that JSONata uses for regular expressions. Its type is RegExp's whole constructor, but JSONata only
 * calls `new`.
 */
export function regExpsWithin(time: MatchingTime): RegExpConstructor {
  const Within = class extends BoundedRegExp {
    constructor(pattern: RegExp | string) {
      super(pattern, undefined, time);
    }
  };
  return Within as unknown as RegExpConstructor;
}

/** The time limit of all regular expressions of one evaluation. */
const LONGEST_MS = 2_000;

/**
 * The time that is left for matching. V8 can stop a match by time only, not by steps. The clock decides only whether a
 * runaway regular expression fails.
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

/** Attempts that take a few milliseconds. */
const FEW_ATTEMPTS = 1e6;

/** Repeated groups, look-around, names, modifiers and back references, whose cost the source does not show. */
const INTRICATE = /\)[*+?{]|\(\?(?!:)|\\[1-9k]/;

/** A fixed repetition, which leaves no choice. */
const FIXED = /\{\d+\}/g;

/** Places where an attempt can continue in more than one way. */
const CHOICE = /[*+?{|]/g;

const HARMLESS = /\(\?:/g;

/**
 * Whether a match on a text of this length could take long, judged by the source. Without intricate parts, each choice
 * has at most as many alternatives as the text has characters.
 */
export function mayBacktrackLong(source: string, length: number): boolean {
  if (INTRICATE.test(source)) {
    return true;
  }
  const choices = source.replace(FIXED, '').replace(HARMLESS, '(').match(CHOICE)?.length ?? 0;
  const places = source.startsWith('^') && !source.includes('|') ? choices : choices + 1;
  return (length + 2) ** places * source.length > FEW_ATTEMPTS * 10;
}
