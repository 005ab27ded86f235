import { toldBy } from '../../load/answers/told.ts';
import { SnapshotReader } from '../../load/invariants/reader/snapshot-reader.ts';
import { type Verification, verifyInvariants } from '../../load/invariants/verification.ts';
import { type Cell, nameOf, whyImpossible } from '../cell.ts';
import { Choices } from '../choices.ts';
import { hasHit } from '../report/cell-facts.ts';
import type { StackUnderChaos } from '../stack-under-chaos.ts';
import { type RecordedExchange, RecordingClient } from '../traffic/recording-client.ts';
import type { CellRun } from './cell-run.ts';
import { Operator } from './operator.ts';
import { type CellSetting, runCell } from './run-cell.ts';

/** What is to be run. */
export interface ChaosPlan {
  readonly seed: number;
  readonly cells: readonly Cell[];
  /** All cells are run once; further rounds begin as long as this time is not over. */
  readonly minutes: number;
  /** Customers of one run of a cell. */
  readonly orders: number;
  /** How long the faults of one run of a cell go on. */
  readonly fault_seconds: number;
  readonly drain_seconds: number;
  /** How long a finding may take to go away by itself. */
  readonly settle_seconds: number;
}

/** What a run left to be reported on. */
export interface ChaosOutcome {
  readonly runs: readonly CellRun[];
  readonly recorded: readonly RecordedExchange[];
  readonly verification: Verification;
  readonly redriven: readonly string[];
  /** ISO 8601. */
  readonly redriven_at: string;
}

const mostRedrives = 5;
/** Of a cell whose faults all missed. */
const mostAttempts = 4;
/** The mixed cell draws other faults each time. */
const mixedRuns = 6;

/** Runs the cells one after the other, heals all, lets the operator redrive what is parked, and checks the invariants. */
export async function runChaos(
  plan: ChaosPlan,
  stack: StackUnderChaos,
  say: (line: string) => void,
): Promise<ChaosOutcome> {
  const client = new RecordingClient(stack.proxies.httpUrl);
  const reader = new SnapshotReader(stack.connection);
  const operator = new Operator(stack.connection);
  const { seed, orders, fault_seconds } = plan;
  const setting = { stack, client, reader, seed, orders, fault_seconds, run_id: `${seed}-${Date.now()}` };
  try {
    const runs = await runCells(plan, setting, say);
    say('All is healed; waiting until everything has ended ...');
    const answers = () =>
      client.recorded.flatMap(({ exchange, injected }) => (injected ? [] : (toldBy(exchange) ?? [])));
    const { drain_seconds, settle_seconds } = plan;
    await verifyInvariants(reader, [], { drain_seconds, settle_seconds: 0 });
    const redriven_at = new Date().toISOString();
    const redriven: string[] = [];
    for (let round = 0; round < mostRedrives; round += 1) {
      const again = await operator.redriveFailed();
      if (again.length === 0) break;
      say(`The operator redrives ${again.length} executions ...`);
      redriven.push(...again);
      await verifyInvariants(reader, [], { drain_seconds, settle_seconds: 0 });
    }
    const verification = await verifyInvariants(reader, answers(), { drain_seconds, settle_seconds });
    return { runs, recorded: client.recorded, verification, redriven, redriven_at };
  } finally {
    operator.close();
    reader.close();
  }
}

async function runCells(
  { seed, cells, minutes }: ChaosPlan,
  setting: Omit<CellSetting, 'round'>,
  say: (line: string) => void,
): Promise<readonly CellRun[]> {
  const possible = cells.filter((cell) => whyImpossible(cell, process.platform) === undefined);
  const outages = possible.filter(isOutage);
  const others = possible.filter((cell) => !isOutage(cell));
  const until = Date.now() + minutes * 60_000;
  const runs: CellRun[] = [];
  const runOne = async (cell: Cell, round: number) => {
    const run = await runCell(cell, { ...setting, round });
    say(`  ${nameOf(cell)}: ${run.order_ids.length} orders, ${run.faults.length} faults, ${secondsOf(run)} s`);
    runs.push(run);
    return run;
  };
  for (const cell of others) {
    // A moment at which no order was open, or a point that none came to in time: another try has other choices.
    for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
      const run = await runOne(cell, attempt * 1_000);
      if (hasHit(run, await setting.reader.orders())) break;
    }
    if (cell.kind === 'mixed') for (let round = 1; round < mixedRuns; round += 1) await runOne(cell, round);
  }
  // Their faults touch only their own orders, and they are long: at the same time.
  await Promise.all(outages.map((cell) => runOne(cell, 0)));
  for (let round = mixedRuns; others.length > 0 && Date.now() < until; round += 1) {
    for (const cell of new Choices(seed, `round ${round}`).shuffled(others)) {
      if (Date.now() < until) await runOne(cell, round);
    }
  }
  return runs;
}

function isOutage(cell: Cell): boolean {
  return cell.kind === 'single' && cell.fault === 'outage';
}

function secondsOf({ began_at }: CellRun): number {
  return Math.round((Date.now() - Date.parse(began_at)) / 1000);
}

/** The orders of a run that are parked in spite of the operator. */
export function stillParked({ runs, verification }: ChaosOutcome): readonly string[] {
  const ours = new Set(runs.flatMap(({ order_ids }) => order_ids));
  return verification.snapshot.orders
    .filter(({ order_id, status }) => ours.has(order_id) && status === 'NEEDS_ATTENTION')
    .map(({ order_id }) => order_id);
}
