import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type * as z from 'zod';
import { type CheckerRun, runChecker } from './checker-process.ts';
import { type CheckerVerdict, checkerOutput, type Light, turnLights, unknownLights } from './lights.ts';

/** How often the lights are turned, and for how long. */
export interface LightsPolicy {
  /** For so long after a look the checker goes on. */
  readonly watchedMs: number;
  /** The pause between two checks. */
  readonly pauseMs: number;
  /** A pause is at least so many times as long as the check before it: the checker takes a bounded share of the machine. */
  readonly pauseFactor: number;
  /** After this time a check is killed. */
  readonly withinMs: number;
  /** Lights that are older say nothing of the present. */
  readonly staleMs: number;
}

const DEFAULT_POLICY: LightsPolicy = {
  watchedMs: 15_000,
  pauseMs: 2_000,
  pauseFactor: 3,
  withinMs: 60_000,
  staleMs: 30_000,
};

/** The lights, and of when they are. */
export interface LightsView {
  readonly lights: readonly Light[];
  /** The last check that came to a verdict. */
  readonly checked?: {
    /** ISO time. */
    readonly at: string;
    readonly orders: number;
    readonly on_their_way: number;
  };
}

const NOT_YET = 'It has not been checked yet.';

/**
 * The invariants as lights, which the checker of verification/ turns. It runs only while somebody looks: one check at a time,
 * with pauses that grow with its cost.
 */
export class InvariantLights {
  readonly #run: Pick<CheckerRun, 'main' | 'environment'>;
  readonly #policy: LightsPolicy;
  readonly #stop = new AbortController();
  #view: LightsView = { lights: unknownLights(NOT_YET) };
  #before: CheckerVerdict | undefined;
  #lookedAt = 0;
  #turnedAt = 0;
  #turning: Promise<void> | undefined;

  constructor(run: Pick<CheckerRun, 'main' | 'environment'>, policy: LightsPolicy = DEFAULT_POLICY) {
    this.#run = run;
    this.#policy = policy;
  }

  /** The lights at this moment. They are turned from now on, and for some seconds more. */
  look(): LightsView {
    if (!existsSync(this.#run.main)) {
      return {
        lights: unknownLights(
          'This stack was installed without its checker (verification/), as in the container image.',
        ),
      };
    }
    const now = performance.now();
    this.#lookedAt = now;
    if (this.#turning === undefined && !this.#stop.signal.aborted) {
      if (now - this.#turnedAt > this.#policy.staleMs) {
        this.#forget(NOT_YET);
      }
      this.#turning = this.#turnWhileWatched().finally(() => {
        this.#turning = undefined;
      });
    }
    return this.#view;
  }

  /** Kills a check that runs, and makes no further one. Resolves once it is gone. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#turning;
  }

  async #turnWhileWatched(): Promise<void> {
    const { watchedMs, pauseMs, pauseFactor } = this.#policy;
    const { signal } = this.#stop;
    while (!signal.aborted && performance.now() - this.#lookedAt < watchedMs) {
      const startedAt = performance.now();
      await this.#turn();
      this.#turnedAt = performance.now();
      const pause = Math.max(pauseMs, pauseFactor * (this.#turnedAt - startedAt));
      await sleep(pause, undefined, { signal }).catch(() => undefined);
    }
  }

  async #turn(): Promise<void> {
    const { signal } = this.#stop;
    try {
      const printed = await runChecker({ ...this.#run, withinMs: this.#policy.withinMs, signal });
      const output = read(printed);
      if ('too_many' in output) {
        this.#forget(`There are ${output.too_many} orders; the checker looks at ${output.most} at most.`);
        return;
      }
      const { checked_at: at, orders, on_their_way } = output;
      this.#view = {
        lights: turnLights(this.#view.lights, output, this.#before),
        checked: { at, orders, on_their_way },
      };
      this.#before = output;
    } catch (error) {
      this.#forget(`The check failed: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #forget(why: string): void {
    this.#view = { lights: unknownLights(why) };
    this.#before = undefined;
  }
}

function read(printed: string): z.output<typeof checkerOutput> {
  try {
    return checkerOutput.parse(JSON.parse(printed));
  } catch (cause) {
    throw new Error('its answer cannot be read', { cause });
  }
}
