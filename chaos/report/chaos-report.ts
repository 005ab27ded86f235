import type { InvariantReport } from '../../load/invariants/invariants.ts';
import type { Machine } from '../../load/report/machine.ts';
import type { CellFacts } from './cell-facts.ts';

/** One square of the matrix. */
export interface CellReport {
  readonly row: string;
  readonly column: string;
  /** `ran` at least once, `impossible` and why, or `left out` of this run. */
  readonly state:
    | { readonly kind: 'ran'; readonly runs: number; readonly facts: CellFacts; readonly broken: number }
    | { readonly kind: 'impossible'; readonly why: string }
    | { readonly kind: 'left out' };
}

/** All there is to say about one run; what is written as JSON. */
export interface ChaosReport {
  readonly seed: number;
  readonly command: string;
  readonly machine: Machine;
  readonly started_at: string;
  readonly seconds: number;
  readonly cells: readonly CellReport[];
  readonly requests: number;
  /** Answers of the stack itself that were neither taken, denied nor properly refused. */
  readonly improper_answers: readonly string[];
  readonly drained: boolean;
  /** Executions the operator redrove. */
  readonly redriven: number;
  /** Orders parked in spite of the redrive. */
  readonly still_parked: readonly string[];
  readonly invariants: {
    readonly verdict: InvariantReport['verdict'];
    readonly checked: InvariantReport['checked'];
    readonly violations: readonly string[];
  };
  /** The whole stories of the first orders with a finding. */
  readonly stories: readonly string[];
}
