import fc from 'fast-check';
import type { StateMachineDefinition } from 'resilient-stepfunctions/core';
import { KNOWN_SCHEDULES } from './known-schedules.ts';
import type { Scenario } from './scenario.ts';
import { type ScheduleShape, schedules } from './schedules.ts';
import type { Mutation } from './service-mutations.ts';
import { simulateSaga } from './simulate-saga.ts';

/** What every schedule has where no execution is lost and nobody reconciles. */
const UNRECONCILED = { mutations: ['nobody reconciles'], losses: [] } as const;

/** Size and seed of an exploration. */
export interface ExplorationOptions extends ScheduleShape {
  readonly runs: number;
  /** Repeats an earlier exploration; random if absent. */
  readonly seed?: number;
  readonly mutations?: readonly Mutation[];
  /** Schedules that run before the random ones. Default: all known ones. */
  readonly known?: readonly Scenario[];
  /** A refund saga that a test has broken. */
  readonly refundSaga?: StateMachineDefinition;
  /** False: no execution is lost and nobody reconciles, so that nothing hides what a saga leaves undone. Default: true. */
  readonly reconciles?: boolean;
  /** Whether to shrink a failing schedule, which takes hundreds of runs. Default: true. */
  readonly shrink?: boolean;
  /** Called with the number of runs done, shrinking included. */
  readonly onRun?: (done: number) => void;
}

/** Result of an exploration. */
export interface Exploration {
  /** The first schedule that violated an invariant, shrunk; absent if none did. */
  readonly found?: { readonly scenario: Scenario; readonly report: string };
  /** Number of orders by final status. */
  readonly statuses: ReadonlyMap<string, number>;
  readonly redriven: number;
  readonly sagas: number;
  /** In CPU time, so that other work on the machine does not count. */
  readonly sagasPerMinute: number;
}

/**
 * Runs the saga under random schedules until one violates an invariant or all have run.
 *
 * @example await explore(definition, { runs: 500, seed: 7, maxOrders: 3 })
 */
export async function explore(definition: StateMachineDefinition, options: ExplorationOptions): Promise<Exploration> {
  const statuses = new Map<string, number>();
  let redriven = 0;
  let done = 0;
  let sagas = 0;
  const { mutations = [], known = KNOWN_SCHEDULES, reconciles = true, refundSaga } = options;
  const forced = reconciles
    ? { mutations, refundSaga }
    : { ...UNRECONCILED, mutations: [...mutations, ...UNRECONCILED.mutations] };
  const property = fc.asyncProperty(schedules(options), async (schedule) => {
    const result = await simulateSaga(definition, { ...schedule, ...forced });
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
      examples: known.map((schedule) => [schedule]),
      endOnFailure: options.shrink === false,
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
  const scenario = { ...smallest, ...forced };
  const { violations, paths } = await simulateSaga(definition, scenario);
  const report = [
    `broken with seed ${details.seed}, found in run ${details.numRuns}, shrunk ${details.numShrinks} times`,
    ...violations,
    `failing schedule: ${JSON.stringify({ ...scenario, refundSaga: undefined })}`,
    ...paths.map(({ order_id, path }) => `${order_id}: ${path.join(' > ')}`),
  ].join('\n');
  return { ...seen, found: { scenario, report } };
}

/**
 * The known schedules, and a few random ones, by the states that a saga leaves because of an error. A catch that is missing
 * changes nothing in any other schedule.
 */
export async function schedulesByFailedState(
  definition: StateMachineDefinition,
  options: Required<Pick<ExplorationOptions, 'runs' | 'seed' | 'maxOrders' | 'reconciles'>>,
): Promise<ReadonlyMap<string, readonly Scenario[]>> {
  const random = fc.sample(schedules(options), { numRuns: options.runs, seed: options.seed });
  const forced = options.reconciles ? {} : UNRECONCILED;
  const byState = new Map<string, Scenario[]>();
  await withoutStackTraces(async () => {
    for (const schedule of [...KNOWN_SCHEDULES, ...random]) {
      const { failedStates } = await simulateSaga(definition, { ...schedule, ...forced });
      for (const state of failedStates) {
        byState.set(state, [...(byState.get(state) ?? []), schedule]);
      }
    }
  });
  return byState;
}

/** Most errors in a simulation are expected answers; capturing their stacks would take a tenth of the time. */
async function withoutStackTraces<T>(work: () => Promise<T>): Promise<T> {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return await work();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
