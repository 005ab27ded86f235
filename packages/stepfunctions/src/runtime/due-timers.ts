import type { StateStore } from '../journal/state-store.ts';
import type { EngineLogger } from '../options.ts';
import type { SteadyClock } from './steady-clock.ts';

/** The longest delay that `setTimeout` takes. */
const LONGEST_SLEEP_MS = 2 ** 31 - 1;
/** Executions whose timers are fired in one batch. */
const BATCH = 500;
/** Pause before the timers of an execution whose step fails are fired again. */
const STUCK_PAUSE_MS = 1_000;
/** Pauses after a round that failed as a whole, e.g. on a full disk. */
const FIRST_FAILURE_PAUSE_MS = 100;
const LONGEST_FAILURE_PAUSE_MS = 10_000;

/** Fires the timers of all executions when they are due. Only the next one is in memory; the journal has the others. */
export class DueTimers {
  readonly #states: StateStore;
  readonly #fire: (execution: number, now: number) => Promise<boolean>;
  readonly #logger: EngineLogger;
  readonly #clock: SteadyClock;
  readonly #alarm: Alarm;
  #round: Promise<void> | undefined;
  #failurePauseMs = 0;
  #isStopped = false;

  /** @param fire fires the timers of an execution that are due at `now`; answers whether that changed anything */
  constructor(
    states: StateStore,
    fire: (execution: number, now: number) => Promise<boolean>,
    logger: EngineLogger,
    clock: SteadyClock,
  ) {
    this.#clock = clock;
    this.#alarm = new Alarm(() => void this.fire(), clock);
    this.#states = states;
    this.#fire = fire;
    this.#logger = logger;
  }

  /** Notes a timer that is due at `at`, milliseconds since the epoch by the clock that it was given. */
  set(at: number): void {
    if (!this.#isStopped) {
      this.#alarm.set(at);
    }
  }

  /** Fires the due timers. One round at a time: a round's changes are committed before the next round reads the journal. */
  fire(): Promise<void> {
    this.#round ??= this.#fireRound().finally(() => {
      this.#round = undefined;
    });
    return this.#round;
  }

  stop(): void {
    this.#isStopped = true;
    this.#alarm.stop();
  }

  async #fireRound(): Promise<void> {
    try {
      await this.#fireAll();
      this.#failurePauseMs = 0;
      const next = this.#isStopped ? undefined : this.#states.nextDue();
      if (next !== undefined) {
        this.#alarm.set(next);
      }
    } catch (error) {
      this.#failurePauseMs = Math.min(this.#failurePauseMs * 2 || FIRST_FAILURE_PAUSE_MS, LONGEST_FAILURE_PAUSE_MS);
      this.#logger.error({ err: error, againInMs: this.#failurePauseMs }, 'timers could not be fired');
      if (!this.#isStopped) {
        this.#alarm.set(this.#clock.now() + this.#failurePauseMs);
      }
    }
  }

  async #fireAll(): Promise<void> {
    while (!this.#isStopped) {
      const now = this.#clock.now();
      const ids = this.#states.due(now, BATCH);
      const stuck = new Set(ids);
      const firing = ids.map(async (id) => {
        if (await this.#fire(id, now)) {
          stuck.delete(id);
        }
      });
      await Promise.allSettled(firing);
      for (const id of stuck) {
        this.#states.postpone(id, now, this.#clock.now() + STUCK_PAUSE_MS);
      }
      if (ids.length < BATCH) {
        return;
      }
    }
  }
}

/** One Node timer for any number of due times: rings at the earliest. */
class Alarm {
  readonly #ring: () => void;
  readonly #clock: SteadyClock;
  /** `Infinity` while it is not set. */
  #at = Number.POSITIVE_INFINITY;
  #timeout: NodeJS.Timeout | undefined;

  constructor(ring: () => void, clock: SteadyClock) {
    this.#ring = ring;
    this.#clock = clock;
  }

  /** Rings at `at`, milliseconds since the epoch, or earlier if it was set so before. */
  set(at: number): void {
    if (this.#at <= at) {
      return;
    }
    this.stop();
    this.#at = at;
    const sleep = Math.min(Math.max(at - this.#clock.now(), 0), LONGEST_SLEEP_MS);
    this.#timeout = setTimeout(() => {
      this.#at = Number.POSITIVE_INFINITY;
      if (at > this.#clock.now()) {
        this.set(at);
      } else {
        this.#ring();
      }
    }, sleep);
  }

  stop(): void {
    clearTimeout(this.#timeout);
    this.#at = Number.POSITIVE_INFINITY;
  }
}
