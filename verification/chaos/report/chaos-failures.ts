import type { FinishedStatus } from '../../invariants/snapshot.ts';
import type { CellReport, ChaosReport, CheckReport } from './chaos-report.ts';

/** The reasons why a run fails, a sentence each; empty where it passes. A run that proves nothing fails. */
export function chaosFailuresOf(report: ChaosReport): readonly string[] {
  return [...emptiness(report), ...report.cells.flatMap(cellFailures), ...breakage(report)];
}

const EVERY_END = ['CONFIRMED', 'REJECTED', 'CANCELLED', 'EXPIRED'] as const satisfies readonly FinishedStatus[];

function emptiness({ cells, requests, invariants }: ChaosReport): readonly string[] {
  const failures: string[] = [];
  const ran = cells.flatMap(({ state }) => (state.kind === 'ran' ? [state] : []));
  if (ran.length === 0) {
    failures.push('No cell was run.');
  }
  if (requests === 0) {
    failures.push('No request was sent.');
  }
  if (invariants.checked.answers === 0) {
    failures.push('No answer was given.');
  }
  // Only the whole matrix must bring orders to every end.
  if (cells.some(({ state }) => state.kind === 'left out')) {
    return failures;
  }
  const missing = EVERY_END.filter((status) => !ran.some(({ facts }) => (facts.by_status[status] ?? 0) > 0));
  return [...failures, ...missing.map((status) => `No order ended as ${status}.`)];
}

function cellFailures({ row, column, state }: CellReport): readonly string[] {
  if (state.kind !== 'ran') {
    return [];
  }
  const { orders, hits, parked } = state.facts;
  const name = `${row} x ${column}`;
  if (orders === 0) {
    return [`${name}: no order was accepted.`];
  }
  const failures = hits === 0 ? [`${name}: no fault hit an order.`] : [];
  if (row !== 'outage') {
    return failures;
  }
  if (column === 'engine') {
    return parked === 0 ? failures : [...failures, `${name}: ${parked} orders were parked.`];
  }
  return parked > 0 ? failures : [...failures, `${name}: no order was parked.`];
}

function breakage(report: ChaosReport): readonly string[] {
  const { improper_answers, unexpected_ends, unprovoked_deaths, broken_off, still_parked } = report;
  const failures = [
    ...checkFailures('before the redrive', report.before_redrive),
    ...checkFailures('at the end', report.invariants),
    ...broken_off.map((run) => `Broken off: ${run}.`),
    ...unprovoked_deaths.map((death) => `Ended without a fault: ${death}.`),
  ];
  if (improper_answers.length > 0) {
    failures.push(`${improper_answers.length} improper answers.`);
  }
  if (unexpected_ends.length > 0) {
    failures.push(`${unexpected_ends.length} orders have an end that their customer cannot have caused.`);
  }
  if (still_parked.length > 0) {
    failures.push(`Still parked after the redrive: ${still_parked.join(', ')}.`);
  }
  return failures;
}

function checkFailures(when: string, { verdict, drained }: CheckReport): readonly string[] {
  return [
    ...(verdict === 'all hold' ? [] : [`Invariants ${when}: ${verdict}.`]),
    ...(drained ? [] : [`Not every order had ended or was parked in time, ${when}.`]),
  ];
}
