import type { Json } from '../../embedded/stepfunctions/language/json.ts';
import { type Fault, NO_FAULT } from './fault.ts';
import { ConditionalCheckFailed } from './model-orders.ts';
import { Refusal } from './refusal.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** What a caller gets to see. */
export type Answer =
  | { readonly ok: true; readonly output: Json }
  | { readonly ok: false; readonly error: string; readonly cause: string };

/** One call of the saga to the outside, not yet made. */
export interface SimulatedCall {
  /** What an outage hits together, such as a function's name or `orders`. */
  readonly place: string;
  /** Does the call's work. May throw Refusal and ConditionalCheckFailed. */
  readonly effect: () => Json;
  /** Takes the answer; called at most once, or never. */
  readonly answer: (answer: Answer) => void | Promise<void>;
  /** The engine lost the answer in a crash; it comes back after so many seconds and has to make the call again. */
  readonly crash: (seconds: number) => void;
}

const LATENCY_SECONDS = 0.02;

/** Deals out the faults of a schedule, one to each call, and keeps the outages. */
export class FaultyNetwork {
  readonly #clock: VirtualClock;
  readonly #faults: readonly Fault[];
  readonly #downUntil = new Map<string, number>();
  #calls = 0;
  #healed = false;

  constructor(clock: VirtualClock, faults: readonly Fault[]) {
    this.#clock = clock;
    this.#faults = faults;
  }

  /** From here on nothing fails any more. */
  heal(): void {
    this.#healed = true;
    this.#downUntil.clear();
  }

  make(call: SimulatedCall): void {
    const fault = this.#healed ? NO_FAULT : (this.#faults[this.#calls] ?? NO_FAULT);
    this.#calls += 1;
    if ((this.#downUntil.get(call.place) ?? 0) > this.#clock.now) {
      this.#fail(call, 'RetryableError');
      return;
    }
    switch (fault.kind) {
      case 'none':
        this.#later(LATENCY_SECONDS, () => call.answer(outcome(call)));
        return;
      case 'request lost':
        this.#fail(call, 'RetryableError');
        return;
      case 'reply lost':
        outcome(call);
        this.#fail(call, 'RetryableError');
        return;
      case 'silence':
        return;
      case 'effect, then silence':
        outcome(call);
        return;
      case 'late':
        this.#later(fault.seconds, () => call.answer(outcome(call)));
        return;
      case 'duplicate':
        this.#later(fault.seconds, () => void outcome(call));
        this.#later(LATENCY_SECONDS, () => call.answer(outcome(call)));
        return;
      case 'outage':
        this.#downUntil.set(call.place, this.#clock.now + fault.seconds * 1000);
        this.#fail(call, 'RetryableError');
        return;
      case 'engine crash':
        outcome(call);
        this.#later(LATENCY_SECONDS, () => call.crash(fault.seconds));
        return;
      case 'defect':
        this.#fail(call, 'TypeError');
        return;
    }
  }

  #fail(call: SimulatedCall, error: string): void {
    this.#later(LATENCY_SECONDS, () =>
      call.answer({ ok: false, error, cause: JSON.stringify({ errorMessage: 'made up' }) }),
    );
  }

  #later(seconds: number, run: () => void | Promise<void>): void {
    this.#clock.after(seconds, run);
  }
}

function outcome({ effect }: SimulatedCall): Answer {
  try {
    return { ok: true, output: effect() };
  } catch (error) {
    if (!(error instanceof Refusal || error instanceof ConditionalCheckFailed)) throw error;
    return {
      ok: false,
      error: error.name,
      cause: JSON.stringify({ errorMessage: error.message, errorType: error.name }),
    };
  }
}
