import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { FAULT_KINDS, targets } from './cell.ts';
import { chosenCells } from './chosen-cells.ts';
import type { ChaosPlan } from './run/chaos-plan.ts';
import { shortPlan } from './short-plan.ts';
import { seedBounds, wholeNumber } from './whole-number.ts';

/** Where results go unless told otherwise; git ignores it. */
const defaultResults = fileURLToPath(new URL('results', import.meta.url));

/** What `--help` shows. */
export const help = `npm run chaos [-- options]

Starts the real stack on free ports, sends mixed orders through it, injects faults cell by cell, heals all, lets an operator
redrive what is parked, and checks that no invariant is broken. Prints a matrix fault x target. Exit code 0 only if every
cell had orders and faults that hit them, everything ended, and all invariants hold.

  --seed N             decides everything but timing (default: drawn, and printed)
  --minutes N          further rounds in another order until this time is over (default: every cell once)
  --orders N           customers of each run of a cell (default 6)
  --fault-seconds N    how long the faults of each run of a cell go on (default 5)
  --only "ROW x COL"   only this cell, such as "kill -9 x payment" or "mixed x all"; may be repeated
  --faults A,B         only rows that begin so
  --targets A,B        only these columns: ${targets.join(', ')}
  --short              the few cells that npm test runs, chosen by the seed; goes with --seed, --name and --results alone
  --name NAME          of the results: NAME.json and NAME.md (default: chaos)
  --results DIR        where they go (default verification/chaos/results)
  --help               this text

Faults: ${FAULT_KINDS.join(', ')}, mixed.`;

/** How a run was asked for. */
export interface ChaosOptions {
  readonly plan: ChaosPlan;
  readonly name: string;
  readonly results: string;
}

/**
 * Reads the command line.
 *
 * @param drawSeed makes a seed where none is given
 * @throws {Error} naming the option at fault
 */
export function readChaosOptions(args: readonly string[], drawSeed: () => number): ChaosOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string' },
      minutes: { type: 'string' },
      orders: { type: 'string' },
      'fault-seconds': { type: 'string' },
      only: { type: 'string', multiple: true },
      faults: { type: 'string' },
      targets: { type: 'string' },
      short: { type: 'boolean', default: false },
      name: { type: 'string', default: 'chaos' },
      results: { type: 'string', default: defaultResults },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    return 'help';
  }
  const seed = values.seed === undefined ? drawSeed() : wholeNumber('--seed', values.seed, seedBounds);
  const place = { name: fileName(values.name), results: values.results };
  if (values.short) {
    const ignored = BEYOND_SHORT.find((option) => values[option] !== undefined);
    if (ignored !== undefined) {
      throw new Error(`--short has its own cells and sizes; --${ignored} does not go with it.`);
    }
    return { plan: shortPlan(seed), ...place };
  }
  const plan: ChaosPlan = {
    seed,
    cells: chosenCells(values),
    minutes: wholeNumber('--minutes', values.minutes ?? '0', { least: 0, most: 1_440 }),
    mixed_runs: 6,
    orders: wholeNumber('--orders', values.orders ?? '6', { least: 1, most: 100 }),
    fault_seconds: wholeNumber('--fault-seconds', values['fault-seconds'] ?? '5', { least: 1, most: 300 }),
    drain_seconds: 300,
    settle_seconds: 60,
  };
  return { plan, ...place };
}

const BEYOND_SHORT = ['minutes', 'orders', 'fault-seconds', 'only', 'faults', 'targets'] as const;

function fileName(name: string): string {
  if (/^[\w-]+$/.test(name)) {
    return name;
  }
  throw new Error(`--name is "${name}"; it becomes a file name, so letters, digits, _ and - only.`);
}
