import type { HistoryEvent } from '@aws-sdk/client-sfn';
import type { AwsConnection } from '../../invariants/reader/aws-connection.ts';
import type { Verification } from '../../invariants/verification.ts';
import { thisMachine } from '../../report/machine.ts';
import { allCells, type Cell, columnOf, nameOf, rowOf, whyImpossible } from '../cell.ts';
import { type ChaosOutcome, stillParked } from '../run/chaos-run.ts';
import { Histories } from '../run/histories.ts';
import { factsOf, sumOf } from './cell-facts.ts';
import type { CellReport, ChaosReport, CheckReport } from './chaos-report.ts';
import type { Finding } from './finding.ts';
import { allOf, findingsIn } from './findings.ts';
import { storyOf } from './story.ts';

const MOST_STORIES = 3;

/** How the run was asked for. */
export interface ReportHead {
  readonly seed: number;
  readonly command: string;
  /** ISO 8601. */
  readonly started_at: string;
}

/** Makes the report of a run, while its stack still runs: histories are read where they tell something. */
export async function reportOf(
  outcome: ChaosOutcome,
  head: ReportHead,
  connection: AwsConnection,
): Promise<ChaosReport> {
  const { runs, before_redrive, verification, recorded, redriven, unprovoked_deaths } = outcome;
  const findings = findingsIn(outcome);
  const histories = new Histories(connection);
  try {
    return {
      ...head,
      machine: thisMachine(),
      seconds: (Date.now() - Date.parse(head.started_at)) / 1000,
      cells: cellReports(outcome, allOf(findings), await histories.ofPoints(runs)),
      requests: recorded.length,
      unanswered: recorded.filter(({ exchange }) => exchange.outcome.kind === 'unanswered').length,
      improper_answers: findings.improper_answers.map(({ what }) => what),
      unexpected_ends: findings.unexpected_ends.map(({ what }) => what),
      unprovoked_deaths,
      broken_off: runs.flatMap(({ cell, failure }) => (failure === undefined ? [] : [`${nameOf(cell)}: ${failure}`])),
      before_redrive: checkReport(before_redrive, findings.before_redrive),
      redriven: redriven.length,
      still_parked: stillParked(outcome),
      invariants: checkReport(verification, findings.invariants),
      stories: await stories(outcome, allOf(findings), histories),
    };
  } finally {
    histories.close();
  }
}

function checkReport({ drained, report }: Verification, violations: readonly Finding[]): CheckReport {
  const { verdict, checked } = report;
  return { drained, verdict, checked, violations: violations.map(({ what }) => what) };
}

function cellReports(
  { runs, verification, redriven_at }: ChaosOutcome,
  findings: readonly Finding[],
  histories: ReadonlyMap<string, readonly HistoryEvent[]>,
): readonly CellReport[] {
  const orders = new Map(verification.snapshot.orders.map((order) => [order.order_id, order]));
  const brokenOrders = new Set(findings.flatMap(({ order_ids, item_id }) => (item_id === undefined ? order_ids : [])));
  const brokenItems = new Set(findings.flatMap(({ item_id }) => item_id ?? []));
  const stateOf = (cell: Cell): CellReport['state'] => {
    const own = runs.filter((run) => nameOf(run.cell) === nameOf(cell));
    if (own.length > 0) {
      const facts = sumOf(own.map((run) => factsOf(run, { orders, histories, redriven_at })));
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
  return allCells.map((cell) => ({ row: rowOf(cell), column: columnOf(cell), state: stateOf(cell) }));
}

async function stories(
  { verification, recorded, runs }: ChaosOutcome,
  findings: readonly Finding[],
  histories: Histories,
): Promise<readonly string[]> {
  const { snapshot } = verification;
  const ids = [...new Set(findings.flatMap(({ order_ids }) => order_ids))].slice(0, MOST_STORIES);
  const told: string[] = [];
  for (const id of ids) {
    const own = findings.filter(({ order_ids }) => order_ids.includes(id)).map(({ what }) => what);
    told.push(storyOf(id, { findings: own, snapshot, history: await histories.of(id), runs, recorded }));
  }
  return told;
}
