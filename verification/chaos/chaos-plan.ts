import type { CustomerKind } from '../customer-kinds.ts';
import { type Cell, cellNamed } from './matrix.ts';

/** What a run does. */
export interface ChaosPlan {
  readonly seed: number;
  readonly cells: readonly Cell[];
  /** Every cell runs once; further rounds begin until this time is over. */
  readonly minutes: number;
  /** How often the mixed cell runs in the first round. */
  readonly mixedRuns: number;
  /** The number of customers in one run of a cell. */
  readonly orders: number;
  /** The customers of each run of a cell; absent: the seed decides. */
  readonly kinds?: readonly CustomerKind[];
  /** How long the faults of one run of a cell last. */
  readonly faultSeconds: number;
  /** How long to wait for the backlog to drain. */
  readonly drainSeconds: number;
  /** How long a violation may take to disappear by itself. */
  readonly settleSeconds: number;
}

/** The cells of each short run. Five runs in a row disturb every target three times, with every short kind of fault. */
const SHORT_RUNS: readonly (readonly string[])[] = [
  ['kill -9 x engine', 'lost reply x payment', 'errors x dynamodb'],
  ['SIGSTOP x inventory', 'duplicates x api', 'kill -9 after Capture commits x payment'],
  ['lost reply x dynamodb', 'kill -9 while a token is out x engine', 'latency x inventory'],
  ['kill -9 x dynamodb', 'errors x payment', 'lost reply x api', 'mixed x all'],
  ['kill -9 x api', 'lost reply x engine', 'kill -9 in a compensation x inventory'],
];

/** The plan of the run in `npm test`: under 45 s, the start of the stack included. */
export function shortPlan(seed: number): ChaosPlan {
  return {
    seed,
    cells: (SHORT_RUNS[seed % SHORT_RUNS.length] ?? []).map(cellNamed),
    minutes: 0,
    mixedRuns: 1,
    orders: 5,
    faultSeconds: 2,
    drainSeconds: 120,
    settleSeconds: 60,
  };
}
