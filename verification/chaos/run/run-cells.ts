import type { ChaosPlan } from '../chaos-plan.ts';
import { Choices } from '../choices.ts';
import { type Cell, nameOf, whyImpossible } from '../matrix.ts';
import { hasHit, ordersAtPoints } from '../report/cell-facts.ts';
import { type CellRun, type CellSetting, runCell } from './run-cell.ts';

/** How often a cell runs whose faults all missed. */
const MAX_ATTEMPTS = 4;
/** Keeps the rounds of further attempts apart from other rounds, which make other choices. */
const ATTEMPT_OFFSET = 1_000;

/** What the runs of the cells need. */
export interface CellsSetting extends Omit<CellSetting, 'round'> {
  readonly say: (line: string) => void;
}

/** Runs the cells of a plan, one after the other. Never throws: a run that breaks off reports its own failure. */
export async function runCells(
  { seed, cells, minutes, mixedRuns }: ChaosPlan,
  setting: CellsSetting,
): Promise<readonly CellRun[]> {
  const possible = cells.filter((cell) => whyImpossible(cell, process.platform) === undefined);
  const outages = possible.filter(isOutage);
  const others = possible.filter((cell) => !isOutage(cell));
  const until = Date.now() + minutes * 60_000;
  const runs: CellRun[] = [];
  const runOne = async (cell: Cell, round: number) => {
    const run = await runOrFailure(cell, setting, round);
    setting.say(described(run));
    runs.push(run);
    return run;
  };
  // Outages are long, and each hits only the orders of its own cell: they run at the same time.
  const runOutages = (round: number) => Promise.all(outages.map((cell) => runOne(cell, round)));
  for (const cell of others) {
    // No order was open at the moment of the fault, or none reached the point: another attempt makes other choices.
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      if (await hit(await runOne(cell, attempt * ATTEMPT_OFFSET), setting)) {
        break;
      }
    }
    // The mixed cell draws other faults each time.
    if (cell.kind === 'mixed') {
      for (let round = 1; round < mixedRuns; round += 1) {
        await runOne(cell, round);
      }
    }
  }
  await runOutages(0);
  for (let round = mixedRuns; possible.length > 0 && Date.now() < until; round += 1) {
    for (const cell of new Choices(seed, `round ${round}`).shuffled(others)) {
      if (Date.now() < until) {
        await runOne(cell, round);
      }
    }
    if (Date.now() < until) {
      await runOutages(round);
    }
  }
  return runs;
}

async function runOrFailure(cell: Cell, setting: CellsSetting, round: number): Promise<CellRun> {
  const beganAt = new Date().toISOString();
  try {
    return await runCell(cell, { ...setting, round });
  } catch (error) {
    const nothing = { order_ids: [], customers: new Map(), stocked: new Map(), faults: [] };
    return { cell, beganAt, healedAt: new Date().toISOString(), ...nothing, failure: String(error) };
  }
}

/** Whether a run need not be repeated. A run that broke off has failed, and a repetition would hide that. */
async function hit(run: CellRun, { reader, executions }: CellsSetting): Promise<boolean> {
  if (run.failure !== undefined) {
    return true;
  }
  return hasHit(run, await reader.orders(), await executions.historiesOf(ordersAtPoints([run])));
}

function described({ cell, order_ids, faults, beganAt, failure }: CellRun): string {
  const seconds = Math.round((Date.now() - Date.parse(beganAt)) / 1000);
  const outcome = failure === undefined ? '' : `, FAILED: ${failure}`;
  return `  ${nameOf(cell)}: ${order_ids.length} orders, ${faults.length} faults, ${seconds} s${outcome}`;
}

function isOutage(cell: Cell): boolean {
  return cell.kind === 'single' && cell.fault === 'outage';
}
