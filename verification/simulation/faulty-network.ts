import type { CallErrors } from './call-errors.ts';
import { type Fault, NO_FAULT } from './fault.ts';
import { begun, whole } from './operation.ts';
import { isAnswer } from './refusal.ts';
import type { Answer, SimulatedCall } from './simulated-call.ts';
import type { VirtualClock } from './virtual-clock.ts';

const LATENCY_SECONDS = 0.02;
/** Longest pause of a `slow` call between two of its steps. */
const LONGEST_PAUSE_SECONDS = 60;

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

  async make<Output>(call: SimulatedCall<Output>): Promise<void> {
    const fault = this.#healed ? NO_FAULT : (this.#faults[this.#calls] ?? NO_FAULT);
    this.#calls += 1;
    if ((this.#downUntil.get(call.place) ?? 0) > this.#clock.now) {
      this.#fail(call, fault, 'unreached');
      return;
    }
    const { seconds } = fault;
    switch (fault.kind) {
      case 'none':
        this.#clock.after(LATENCY_SECONDS, async () => call.answer(await outcome(call)));
        return;
      case 'request lost':
        this.#fail(call, fault, 'unreached');
        return;
      case 'reply lost':
        await outcome(call);
        this.#fail(call, fault, 'unanswered');
        return;
      case 'silence':
        return;
      case 'effect, then silence':
        await outcome(call);
        return;
      case 'late':
        this.#clock.after(seconds, async () => call.answer(await outcome(call)));
        return;
      case 'late after an error':
        this.#clock.after(seconds, async () => void (await outcome(call)));
        this.#fail(call, fault, 'unanswered');
        return;
      case 'duplicate':
        this.#clock.after(seconds, async () => void (await outcome(call)));
        this.#clock.after(LATENCY_SECONDS, async () => call.answer(await outcome(call)));
        return;
      case 'slow':
        return this.#slowly(call, seconds % LONGEST_PAUSE_SECONDS);
      case 'dies half-way':
        await answerOf(() => begun(call.effect(), 1 + (seconds % 3)));
        this.#fail(call, fault, 'unanswered');
        return;
      case 'outage':
        this.#downUntil.set(call.place, this.#clock.now + seconds * 1000);
        this.#fail(call, fault, 'unreached');
        return;
      case 'caller crash':
        await outcome(call);
        this.#clock.after(LATENCY_SECONDS, () => call.crash(seconds));
        return;
      case 'defect':
        this.#fail(call, fault, 'defects');
        return;
    }
  }

  async #slowly<Output>(call: SimulatedCall<Output>, pauseSeconds: number): Promise<void> {
    const operation = call.effect();
    const goOn = async (): Promise<void> => {
      const step = await answerOf(async () => operation.next());
      if (!step.ok) {
        return call.answer(step);
      }
      if (step.output.done === true) {
        return call.answer({ ok: true, output: step.output.value });
      }
      this.#clock.after(pauseSeconds, goOn);
    };
    await goOn();
  }

  #fail<Output>(call: SimulatedCall<Output>, { error }: Fault, how: keyof CallErrors): void {
    const names = call.errors[how];
    this.#answerWith(call, names[error % names.length] ?? 'TypeError');
  }

  #answerWith<Output>(call: SimulatedCall<Output>, error: string): void {
    const cause = JSON.stringify({ errorMessage: 'made up' });
    this.#clock.after(LATENCY_SECONDS, () => call.answer({ ok: false, error, cause }));
  }
}

function outcome<Output>({ effect }: SimulatedCall<Output>): Promise<Answer<Output>> {
  return answerOf(() => whole(effect()));
}

async function answerOf<Output>(work: () => Promise<Output>): Promise<Answer<Output>> {
  try {
    return { ok: true, output: await work() };
  } catch (origin) {
    if (!isAnswer(origin)) {
      throw origin;
    }
    const cause = JSON.stringify({ errorMessage: origin.message, errorType: origin.name });
    return { ok: false, error: origin.name, cause, origin };
  }
}
