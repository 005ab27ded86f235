import { allCells, type Cell, nameOf } from './cell.ts';
import type { ChaosPlan } from './run/chaos-plan.ts';

/** A few cells each; over five seeds in a row every target is disturbed three times, and every kind of fault and a mixture had. */
const sets: readonly (readonly string[])[] = [
  ['kill -9 x engine', 'lost reply x payment', 'errors x dynamodb'],
  ['SIGSTOP x inventory', 'duplicates x api', 'kill -9 after Capture commits x payment'],
  ['lost reply x dynamodb', 'kill -9 while a token is out x engine', 'latency x inventory'],
  ['kill -9 x dynamodb', 'errors x payment', 'lost reply x api', 'mixed x all'],
  ['kill -9 x api', 'lost reply x engine', 'kill -9 in a compensation x inventory'],
];

/** The plan of the run that `npm test` makes: under 45 s with the stack's start. */
export function shortPlan(seed: number): ChaosPlan {
  return {
    seed,
    cells: (sets[seed % sets.length] ?? []).map(cellNamed),
    minutes: 0,
    mixed_runs: 1,
    orders: 5,
    fault_seconds: 2,
    drain_seconds: 120,
    settle_seconds: 60,
  };
}

/** @throws {Error} there is no such cell */
export function cellNamed(name: string): Cell {
  const found = allCells.find((cell) => nameOf(cell) === name);
  if (found === undefined) {
    throw new Error(`There is no cell "${name}"`);
  }
  return found;
}
