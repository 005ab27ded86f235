import fc from 'fast-check';
import type { StateMachineDefinition } from '../../embedded/stepfunctions/language/definition.ts';
import { FAULT_KINDS, type Fault } from './fault.ts';
import { PAYMENT_WINDOW_SECONDS, type Scenario } from './scenario.ts';
import { simulateSaga } from './simulate-saga.ts';
import type { Weakness } from './weakness.ts';

/** How long to look, and where. */
export interface ExplorationOptions {
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
}

const fault: fc.Arbitrary<Fault> = fc.record({
  // Half of all calls go well, so that sagas get far enough for the later steps to fail.
  kind: fc.oneof(
    { weight: 1, arbitrary: fc.constant('none' as const) },
    { weight: 1, arbitrary: fc.constantFrom(...FAULT_KINDS) },
  ),
  seconds: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 60, max: 2400 })),
});

const scenario = (weaknesses: readonly Weakness[]): fc.Arbitrary<Scenario> =>
  fc.record({
    orders: fc.array(
      fc.record({
        count: fc.integer({ min: 1, max: 3 }),
        method: fc.constantFrom('tok_visa' as const, 'tok_visa' as const, 'tok_declined' as const, null, null),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    actions: fc.array(
      fc.record({
        kind: fc.constantFrom('pay' as const, 'pay' as const, 'pay declined' as const, 'cancel' as const),
        order: fc.nat({ max: 2 }),
        atSeconds: fc.integer({ min: 0, max: PAYMENT_WINDOW_SECONDS + 30 }),
      }),
      { maxLength: 5 },
    ),
    faults: fc.array(fault, { maxLength: 40, size: 'max' }),
    seed: fc.nat(),
    sweeps: fc.boolean(),
    weaknesses: fc.constant(weaknesses),
  });

/** Runs the saga under random schedules until one breaks an invariant or all have run. */
export async function explore(definition: StateMachineDefinition, options: ExplorationOptions): Promise<Exploration> {
  const statuses = new Map<string, number>();
  let redriven = 0;
  let done = 0;
  const property = fc.asyncProperty(scenario(options.weaknesses ?? []), async (candidate) => {
    const result = await simulateSaga(definition, candidate);
    for (const status of result.statuses) statuses.set(status, (statuses.get(status) ?? 0) + 1);
    redriven += result.redriven;
    done += 1;
    options.onRun?.(done);
    if (result.violations.length > 0) throw new Error(result.violations.join('\n'));
  });
  const details = await fc.check(property, {
    numRuns: options.runs,
    endOnFailure: options.makeSmaller === false,
    ...(options.seed === undefined ? {} : { seed: options.seed }),
  });
  const smallest = details.counterexample?.[0];
  if (smallest === undefined) return { statuses, redriven };
  const { violations, paths } = await simulateSaga(definition, smallest);
  const report = [
    `broken with seed ${details.seed}, found in run ${details.numRuns}, made smaller ${details.numShrinks} times`,
    ...violations,
    `failing schedule: ${JSON.stringify(smallest)}`,
    ...paths.map((path, index) => `order-${index}: ${path.join(' > ')}`),
  ].join('\n');
  return { found: { scenario: smallest, report }, statuses, redriven };
}
