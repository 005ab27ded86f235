import type { HistoryEvent } from '@aws-sdk/client-sfn';
import type { AwsConnection } from '../../load/invariants/reader/aws-connection.ts';
import { describeViolation, type Violation } from '../../load/invariants/violation.ts';
import { thisMachine } from '../../load/report/machine.ts';
import { allCells, type Cell, columnOf, nameOf, rowOf, whyImpossible } from '../cell.ts';
import { type ChaosOutcome, stillParked } from '../run/chaos-run.ts';
import { Histories } from '../run/histories.ts';
import { factsOf, sumOf } from './cell-facts.ts';
import type { CellReport, ChaosReport } from './chaos-report.ts';
import { improperAnswers } from './improper-answers.ts';
import { storyOf } from './story.ts';

const mostStories = 3;

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
  const { verification, recorded, redriven } = outcome;
  const { report } = verification;
  const histories = new Histories(connection);
  try {
    return {
      ...head,
      machine: thisMachine(),
      seconds: (Date.now() - Date.parse(head.started_at)) / 1000,
      cells: cellReports(outcome, await pointHistories(outcome, histories)),
      requests: recorded.length,
      improper_answers: improperAnswers(recorded),
      drained: verification.drained,
      redriven: redriven.length,
      still_parked: stillParked(outcome),
      invariants: { ...report, violations: report.violations.map(describeViolation) },
      stories: await stories(outcome, histories),
    };
  } finally {
    histories.close();
  }
}

type HistoryOfOrder = ReadonlyMap<string, readonly HistoryEvent[]>;

async function pointHistories({ runs }: ChaosOutcome, histories: Histories): Promise<HistoryOfOrder> {
  const atPoint = runs.flatMap(({ faults }) => faults).filter(({ states }) => states !== undefined);
  const ids = new Set(atPoint.flatMap(({ order_id }) => order_id ?? []));
  const found = new Map<string, readonly HistoryEvent[]>();
  for (const id of ids) found.set(id, await histories.of(id));
  return found;
}

function cellReports(outcome: ChaosOutcome, histories: HistoryOfOrder): readonly CellReport[] {
  const { runs, verification, redriven_at } = outcome;
  const orders = new Map(verification.snapshot.orders.map((order) => [order.order_id, order]));
  const broken = new Set(subjectsOf(verification.report.violations));
  const stateOf = (cell: Cell): CellReport['state'] => {
    const own = runs.filter((run) => nameOf(run.cell) === nameOf(cell));
    if (own.length > 0) {
      const facts = sumOf(own.map((run) => factsOf(run, { orders, histories, redriven_at })));
      const ids = own.flatMap(({ order_ids }) => order_ids);
      return { kind: 'ran', runs: own.length, facts, broken: ids.filter((id) => broken.has(id)).length };
    }
    const why = whyImpossible(cell, process.platform);
    return why === undefined ? { kind: 'left out' } : { kind: 'impossible', why };
  };
  return allCells.map((cell) => ({ row: rowOf(cell), column: columnOf(cell), state: stateOf(cell) }));
}

async function stories(outcome: ChaosOutcome, histories: Histories): Promise<readonly string[]> {
  const { verification, recorded, runs } = outcome;
  const { snapshot, report } = verification;
  const ids = [...new Set([...subjectsOf(report.violations), ...stillParked(outcome)])].slice(0, mostStories);
  const told: string[] = [];
  for (const id of ids) told.push(storyOf(id, { snapshot, history: await histories.of(id), runs, recorded }));
  return told;
}

function subjectsOf(violations: readonly Violation[]): readonly string[] {
  return violations.flatMap(({ subject }) => ('order_id' in subject ? [subject.order_id] : []));
}
