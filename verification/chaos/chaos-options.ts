import { fileURLToPath } from 'node:url';
import {
  CommandLineError,
  fileName,
  flag,
  repeatable,
  text,
  type ValuesOf,
  wholeNumber,
  withDefault,
} from '../command-line.ts';
import { type ChaosPlan, shortPlan } from './chaos-plan.ts';
import { FAULT_KINDS, selectCells, TARGETS } from './matrix.ts';

/** Where results go by default; git ignores it. */
export const DEFAULT_RESULTS_FOLDER = fileURLToPath(new URL('results', import.meta.url));

const DEFAULTS = { minutes: 0, orders: 6, 'fault-seconds': 5 } as const;

/** The option that sets a seed; `npm test` takes it from CHAOS_SEED. */
export const SEED_OPTION = wholeNumber('decides everything but timing (default: drawn, and printed)', {
  least: 0,
  most: 1_000_000_000,
});

/** The command line of `npm run chaos`. */
export const CHAOS_COMMAND_LINE = {
  command: 'npm run chaos --',
  description: `Starts the real stack on free ports, sends mixed orders through it and injects faults cell by cell. Then it removes
    every fault, lets an operator redrive what is parked, and checks the invariants. Prints a matrix of fault x target. The
    exit code is 0 only if every cell had orders and faults that hit them, every order ended, and all invariants hold.`,
  options: {
    seed: SEED_OPTION,
    minutes: wholeNumber('runs further rounds in another order until this time is over (default: every cell once)', {
      least: 0,
      most: 1_440,
    }),
    orders: wholeNumber(`customers in each run of a cell (default ${DEFAULTS.orders})`, { least: 1, most: 100 }),
    'fault-seconds': wholeNumber(
      `how long the faults of each run of a cell last (default ${DEFAULTS['fault-seconds']})`,
      { least: 1, most: 300 },
    ),
    only: repeatable(text('"ROW x COL"', 'only this cell, such as "kill -9 x payment" or "mixed x all"')),
    faults: text('A,B', 'only rows that begin with one of these'),
    targets: text('A,B', `only these columns: ${TARGETS.join(', ')}`),
    short: flag('the few cells that npm test runs, chosen by the seed; only with --seed, --name and --results'),
    name: withDefault('chaos', fileName('the results are NAME.json and NAME.md')),
    results: text('DIR', 'folder of the results (default verification/chaos/results)'),
  },
  epilogue: `Faults: ${FAULT_KINDS.join(', ')}, mixed.`,
};

const NOT_WITH_SHORT = ['minutes', 'orders', 'fault-seconds', 'faults', 'targets'] as const;

/**
 * Makes the plan of a run from the command line's values.
 *
 * @param drawSeed makes a seed where none is given
 * @throws {CommandLineError} naming the option at fault
 */
export function chaosPlanOf(values: ValuesOf<typeof CHAOS_COMMAND_LINE.options>, drawSeed: () => number): ChaosPlan {
  const { seed = drawSeed(), only, faults, targets, short } = values;
  if (short) {
    const refused = only.length > 0 ? 'only' : NOT_WITH_SHORT.find((option) => values[option] !== undefined);
    if (refused !== undefined) {
      throw new CommandLineError(`--short has its own cells and sizes; --${refused} does not go with it.`);
    }
    return shortPlan(seed);
  }
  return {
    seed,
    cells: selectCells({ faults, targets, ...(only.length === 0 ? {} : { only }) }),
    minutes: values.minutes ?? DEFAULTS.minutes,
    mixedRuns: 6,
    orders: values.orders ?? DEFAULTS.orders,
    faultSeconds: values['fault-seconds'] ?? DEFAULTS['fault-seconds'],
    drainSeconds: 300,
    settleSeconds: 60,
  };
}
