import fc from 'fast-check';
import type { StateMachineDefinition } from 'resilient-stepfunctions/core';
import { KNOWN_SCHEDULES } from './known-schedules.ts';
import type { Scenario } from './scenario.ts';
import { type ScheduleShape, schedules } from './schedules.ts';
import { simulateSaga } from './simulate-saga.ts';
import type { Weakness } from './weakness.ts';

/** How long to look, and where. */
export interface ExplorationOptions extends ScheduleShape {
  readonly runs: number;
  /** Repeats an exploration; a new one each time where absent. */
  readonly seed?: number;
  readonly weaknesses?: readonly Weakness[];
  /** Whether to make a failing schedule as small as it goes, which takes hundreds of runs. Default true. */
  readonly makeSmaller?: boolean;
  /** Told how many runs are done, smaller versions of a failing one included. */
  readonly onRun?: (done: number) => void;
}

/** What an exploration saw. */
export interface Exploration {
  /** The first schedule that broke something, made as small as it goes; absent when none did. */
  readonly found?: { readonly scenario: Scenario; readonly report: string };
  /** How many orders ended how. */
  readonly statuses: ReadonlyMap<string, number>;
  readonly redriven: number;
  readonly sagas: number;
  /** By the processor time that was used, so that other work on the machine does not count. */
  readonly sagasPerMinute: number;
}

/** Runs the saga under random schedules until one breaks an invariant or all have run. */
export async function explore(definition: StateMachineDefinition, options: ExplorationOptions): Promise<Exploration> {
  const statuses = new Map<string, number>();
  let redriven = 0;
  let done = 0;
  let sagas = 0;
  const property = fc.asyncProperty(schedules(options), async (schedule) => {
    const result = await simulateSaga(definition, { ...schedule, weaknesses: options.weaknesses ?? [] });
    for (const status of result.statuses) {
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    redriven += result.redriven;
    sagas += result.paths.length;
    done += 1;
    options.onRun?.(done);
    if (result.violations.length > 0) {
      throw new Error(result.violations.join('\n'));
    }
  });
  const before = process.cpuUsage();
  const details = await withoutStackTraces(() =>
    fc.check(property, {
      numRuns: options.runs,
      examples: KNOWN_SCHEDULES.map((known) => [known]),
      endOnFailure: options.makeSmaller === false,
      ...(options.seed === undefined ? {} : { seed: options.seed }),
    }),
  );
  const { user, system } = process.cpuUsage(before);
  const sagasPerMinute = Math.round((sagas / (user + system)) * 60_000_000);
  const seen = { statuses, redriven, sagas, sagasPerMinute };
  const smallest = details.counterexample?.[0];
  if (smallest === undefined) {
    return seen;
  }
  const scenario = { ...smallest, weaknesses: options.weaknesses ?? [] };
  const { violations, paths } = await simulateSaga(definition, scenario);
  const report = [
    `broken with seed ${details.seed}, found in run ${details.numRuns}, made smaller ${details.numShrinks} times`,
    ...violations,
    `failing schedule: ${JSON.stringify(scenario)}`,
    ...paths.map(({ order_id, path }) => `${order_id}: ${path.join(' > ')}`),
  ].join('\n');
  return { ...seen, found: { scenario, report } };
}

/** Most of the errors thrown in a simulation are answers that nobody will look up in a source file; their stacks cost a tenth of the time. */
async function withoutStackTraces<T>(work: () => Promise<T>): Promise<T> {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return await work();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
