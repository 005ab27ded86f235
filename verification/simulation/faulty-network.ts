import { type CallErrors, type Fault, NO_FAULT } from './fault.ts';
import { type Answer, isAnswer, runSteps, runToCompletion, type SimulatedCall } from './simulated-call.ts';
import type { VirtualClock } from './virtual-clock.ts';

const LATENCY_SECONDS = 0.02;
/** Longest pause between two steps of a `slow` call. */
const LONGEST_PAUSE_SECONDS = 60;

/** Applies the faults of a schedule, one to each call in turn, and keeps track of outages. */
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

  /** Ends all faults: every later call succeeds. */
  heal(): void {
    this.#healed = true;
    this.#downUntil.clear();
  }

  async make<Output>(call: SimulatedCall<Output>): Promise<void> {
    const fault = this.#healed ? NO_FAULT : (this.#faults[this.#calls] ?? NO_FAULT);
    this.#calls += 1;
    if ((this.#downUntil.get(call.destination) ?? 0) > this.#clock.now) {
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
      case 'no answer':
        return;
      case 'effect without answer':
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
        return this.#makeSlowly(call, seconds % LONGEST_PAUSE_SECONDS);
      case 'callee crash':
        await toAnswer(() => runSteps(call.effect(), 1 + (seconds % 4)));
        this.#fail(call, fault, 'unanswered');
        return;
      case 'outage':
        this.#downUntil.set(call.destination, this.#clock.now + seconds * 1000);
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

  async #makeSlowly<Output>(call: SimulatedCall<Output>, pauseSeconds: number): Promise<void> {
    const operation = call.effect();
    const runNextStep = async (): Promise<void> => {
      const step = await toAnswer(async () => operation.next());
      if (!step.ok) {
        return call.answer(step);
      }
      if (step.output.done === true) {
        return call.answer({ ok: true, output: step.output.value });
      }
      this.#clock.after(pauseSeconds, runNextStep);
    };
    await runNextStep();
  }

  #fail<Output>(call: SimulatedCall<Output>, { error }: Fault, how: keyof CallErrors): void {
    const names = call.errors[how];
    this.#answerWith(call, names[error % names.length] ?? 'TypeError');
  }

  #answerWith<Output>(call: SimulatedCall<Output>, error: string): void {
    const cause = JSON.stringify({ errorMessage: 'injected' });
    this.#clock.after(LATENCY_SECONDS, () => call.answer({ ok: false, error, cause }));
  }
}

function outcome<Output>({ effect }: SimulatedCall<Output>): Promise<Answer<Output>> {
  return toAnswer(() => runToCompletion(effect()));
}

async function toAnswer<Output>(work: () => Promise<Output>): Promise<Answer<Output>> {
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
