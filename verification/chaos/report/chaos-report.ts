import type { InvariantReport } from '../../invariants/invariants.ts';
import type { Machine } from '../../report/machine.ts';
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

/** What a check of the invariants came to. */
export interface CheckReport {
  readonly drained: boolean;
  readonly verdict: InvariantReport['verdict'];
  readonly checked: InvariantReport['checked'];
  readonly violations: readonly string[];
}

/** All there is to say about one run; what is written as JSON. */
export interface ChaosReport {
  readonly seed: number;
  readonly command: string;
  readonly machine: Machine;
  /** ISO 8601. */
  readonly started_at: string;
  readonly seconds: number;
  readonly cells: readonly CellReport[];
  readonly requests: number;
  /** Requests that came to nothing: a broken connection, or silence. */
  readonly unanswered: number;
  /** Answers of the stack itself that no customer should get. */
  readonly improper_answers: readonly string[];
  /** Orders that came to an end their customers cannot have brought about. */
  readonly unexpected_ends: readonly string[];
  /** Processes that ended although no fault ended them. */
  readonly unprovoked_deaths: readonly string[];
  /** Runs of cells that broke off. */
  readonly broken_off: readonly string[];
  /** While orders may still be parked: what a redrive might heal shows here. */
  readonly before_redrive: CheckReport;
  /** Executions the operator redrove. */
  readonly redriven: number;
  /** Orders parked in spite of the redrive. */
  readonly still_parked: readonly string[];
  /** At the end of all. */
  readonly invariants: CheckReport;
  /** The whole stories of the first orders with a finding. */
  readonly stories: readonly string[];
}
