import { type Cell, nameOf, whyImpossible } from '../cell.ts';
import { Choices } from '../choices.ts';
import { hasHit } from '../report/cell-facts.ts';
import type { CellRun } from './cell-run.ts';
import type { ChaosPlan } from './chaos-plan.ts';
import { type CellSetting, runCell } from './run-cell.ts';

/** Of a cell whose faults all missed. */
const MOST_ATTEMPTS = 4;
/** Far from the numbers of further rounds, which make other choices too. */
const ATTEMPTS_APART = 1_000;

/** What the cells are run with. */
export interface CellsSetting extends Omit<CellSetting, 'round'> {
  readonly say: (line: string) => void;
}

/** Runs the cells of a plan, one after the other. Never throws: a run that breaks off says so itself. */
export async function runCells(
  { seed, cells, minutes, mixed_runs }: ChaosPlan,
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
  // Their faults touch only their own orders, and they are long: at the same time.
  const runOutages = (round: number) => Promise.all(outages.map((cell) => runOne(cell, round)));
  for (const cell of others) {
    // A moment at which no order was open, or a point that none came to in time: another try has other choices.
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
      if (await hit(await runOne(cell, attempt * ATTEMPTS_APART), setting)) {
        break;
      }
    }
    // The mixed cell draws other faults each time.
    if (cell.kind === 'mixed') {
      for (let round = 1; round < mixed_runs; round += 1) {
        await runOne(cell, round);
      }
    }
  }
  await runOutages(0);
  for (let round = mixed_runs; possible.length > 0 && Date.now() < until; round += 1) {
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
  const began_at = new Date().toISOString();
  try {
    return await runCell(cell, { ...setting, round });
  } catch (error) {
    const nothing = { order_ids: [], customers: new Map(), stocked: new Map(), faults: [] };
    return { cell, began_at, healed_at: new Date().toISOString(), ...nothing, failure: String(error) };
  }
}

/** A run that broke off has failed; trying it again would hide that. */
async function hit(run: CellRun, { reader, histories }: CellsSetting): Promise<boolean> {
  if (run.failure !== undefined) {
    return true;
  }
  return hasHit(run, await reader.orders(), await histories.ofPoints([run]));
}

function described({ cell, order_ids, faults, began_at, failure }: CellRun): string {
  const seconds = Math.round((Date.now() - Date.parse(began_at)) / 1000);
  const outcome = failure === undefined ? '' : `, FAILED: ${failure}`;
  return `  ${nameOf(cell)}: ${order_ids.length} orders, ${faults.length} faults, ${seconds} s${outcome}`;
}

function isOutage(cell: Cell): boolean {
  return cell.kind === 'single' && cell.fault === 'outage';
}
