import type { Cell } from '../cell.ts';

/** What is to be run. */
export interface ChaosPlan {
  readonly seed: number;
  readonly cells: readonly Cell[];
  /** All cells are run once; further rounds begin as long as this time is not over. */
  readonly minutes: number;
  /** How often the mixed cell is run in the first round. */
  readonly mixed_runs: number;
  /** Customers of one run of a cell. */
  readonly orders: number;
  /** How long the faults of one run of a cell go on. */
  readonly fault_seconds: number;
  readonly drain_seconds: number;
  /** How long a finding may take to go away by itself. */
  readonly settle_seconds: number;
}
