import type { HistoryEvent } from '@aws-sdk/client-sfn';
import type { InvariantReport } from '../../invariants/invariants.ts';
import type { AwsConnection } from '../../invariants/reader/aws-connection.ts';
import type { Verification } from '../../invariants/verification.ts';
import { type Machine, thisMachine } from '../../report/machine.ts';
import { ALL_CELLS, type Cell, columnOf, nameOf, rowOf, whyImpossible } from '../matrix.ts';
import { type ChaosOutcome, stillParked } from '../run/chaos-run.ts';
import { SagaExecutions } from '../run/saga-executions.ts';
import { type CellFacts, factsOf, ordersAtPoints, sumOf } from './cell-facts.ts';
import { allOf, type Finding, findingsIn } from './findings.ts';
import { postmortemOf } from './postmortem.ts';

/** One cell of the matrix. */
export interface CellReport {
  readonly row: string;
  readonly column: string;
  /** `ran` at least once, `impossible` on this platform, or `left out` of this run. */
  readonly state:
    | { readonly kind: 'ran'; readonly runs: number; readonly facts: CellFacts; readonly broken: number }
    | { readonly kind: 'impossible'; readonly why: string }
    | { readonly kind: 'left out' };
}

/** The result of one check of the invariants. */
export interface CheckReport {
  readonly drained: boolean;
  readonly verdict: InvariantReport['verdict'];
  readonly checked: InvariantReport['checked'];
  readonly violations: readonly string[];
}

/** The whole report of a run, as it is written to JSON. */
export interface ChaosReport {
  readonly seed: number;
  readonly command: string;
  readonly machine: Machine;
  /** ISO 8601. */
  readonly started_at: string;
  readonly seconds: number;
  readonly cells: readonly CellReport[];
  readonly requests: number;
  /** Requests without an answer: the connection broke, or the answer was late. */
  readonly unanswered: number;
  /** Answers of the stack itself that no customer should get. */
  readonly improper_answers: readonly string[];
  /** Orders whose end their customer cannot have caused. */
  readonly unexpected_ends: readonly string[];
  /** Processes that ended without a fault. */
  readonly unprovoked_deaths: readonly string[];
  /** Runs of cells that broke off. */
  readonly broken_off: readonly string[];
  /** Checked while orders may be parked: what a redrive might heal is visible here. */
  readonly before_redrive: CheckReport;
  /** The number of executions that the operator redrove. */
  readonly redriven: number;
  /** Orders that are parked after the redrive. */
  readonly still_parked: readonly string[];
  /** Checked at the end. */
  readonly invariants: CheckReport;
  /** The postmortems of the first orders with a finding. */
  readonly stories: readonly string[];
}

const MAX_POSTMORTEMS = 3;

/** How the run was started. */
export interface ReportHead {
  readonly seed: number;
  readonly command: string;
  /** ISO 8601. */
  readonly started_at: string;
}

/** Makes the report of a run. The stack must still run, since execution histories are read from it. */
export async function chaosReportOf(
  outcome: ChaosOutcome,
  head: ReportHead,
  connection: AwsConnection,
): Promise<ChaosReport> {
  const { runs, beforeRedrive, verification, recorded, redriven, unprovokedDeaths } = outcome;
  const findings = findingsIn(outcome);
  const executions = new SagaExecutions(connection);
  try {
    return {
      ...head,
      machine: thisMachine(),
      seconds: (Date.now() - Date.parse(head.started_at)) / 1000,
      cells: cellReports(outcome, allOf(findings), await executions.historiesOf(ordersAtPoints(runs))),
      requests: recorded.length,
      unanswered: recorded.filter(({ exchange }) => exchange.outcome.kind === 'unanswered').length,
      improper_answers: findings.improperAnswers.map(({ what }) => what),
      unexpected_ends: findings.unexpectedEnds.map(({ what }) => what),
      unprovoked_deaths: unprovokedDeaths,
      broken_off: runs.flatMap(({ cell, failure }) => (failure === undefined ? [] : [`${nameOf(cell)}: ${failure}`])),
      before_redrive: checkReport(beforeRedrive, findings.beforeRedrive),
      redriven: redriven.length,
      still_parked: stillParked(outcome),
      invariants: checkReport(verification, findings.invariants),
      stories: await postmortems(outcome, allOf(findings), executions),
    };
  } finally {
    executions.close();
  }
}

function checkReport({ drained, report }: Verification, violations: readonly Finding[]): CheckReport {
  const { verdict, checked } = report;
  return { drained, verdict, checked, violations: violations.map(({ what }) => what) };
}

function cellReports(
  { runs, verification, redrivenAt }: ChaosOutcome,
  findings: readonly Finding[],
  histories: ReadonlyMap<string, readonly HistoryEvent[]>,
): readonly CellReport[] {
  const orders = new Map(verification.snapshot.orders.map((order) => [order.order_id, order]));
  const brokenOrders = new Set(findings.flatMap(({ order_ids, item_id }) => (item_id === undefined ? order_ids : [])));
  const brokenItems = new Set(findings.flatMap(({ item_id }) => item_id ?? []));
  const stateOf = (cell: Cell): CellReport['state'] => {
    const own = runs.filter((run) => nameOf(run.cell) === nameOf(cell));
    if (own.length > 0) {
      const facts = sumOf(own.map((run) => factsOf(run, { orders, histories, redrivenAt })));
      const broken = [
        ...own.flatMap(({ order_ids }) => order_ids.filter((id) => brokenOrders.has(id))),
        ...own.flatMap(({ stocked }) => [...stocked.keys()].filter((id) => brokenItems.has(id))),
        ...own.flatMap(({ failure }) => failure ?? []),
      ];
      return { kind: 'ran', runs: own.length, facts, broken: broken.length };
    }
    const why = whyImpossible(cell, process.platform);
    return why === undefined ? { kind: 'left out' } : { kind: 'impossible', why };
  };
  return ALL_CELLS.map((cell) => ({ row: rowOf(cell), column: columnOf(cell), state: stateOf(cell) }));
}

async function postmortems(
  { verification, recorded, runs }: ChaosOutcome,
  findings: readonly Finding[],
  executions: SagaExecutions,
): Promise<readonly string[]> {
  const { snapshot } = verification;
  const ids = [...new Set(findings.flatMap(({ order_ids }) => order_ids))].slice(0, MAX_POSTMORTEMS);
  const written: string[] = [];
  for (const id of ids) {
    const own = findings.filter(({ order_ids }) => order_ids.includes(id)).map(({ what }) => what);
    const history = await executions.historyOf(id);
    written.push(postmortemOf(id, { findings: own, snapshot, history, runs, recorded }));
  }
  return written;
}
