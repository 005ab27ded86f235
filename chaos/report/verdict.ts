import type { ChaosReport } from './chaos-report.ts';

/** Why a run does not pass, a sentence each; empty for a pass. A run that proved nothing does not pass. */
export function failuresOf(report: ChaosReport): readonly string[] {
  return [...emptiness(report), ...breakage(report)];
}

function emptiness({ cells, requests }: ChaosReport): readonly string[] {
  const ran = cells.flatMap(({ row, column, state }) => (state.kind === 'ran' ? [{ row, column, state }] : []));
  const failures: string[] = [];
  if (ran.length === 0) failures.push('No cell was run.');
  if (requests === 0) failures.push('No request was sent.');
  for (const { row, column, state } of ran) {
    if (state.facts.orders === 0) failures.push(`${row} x ${column}: no order was taken.`);
    else if (state.facts.hits === 0) failures.push(`${row} x ${column}: no fault hit an order.`);
  }
  return failures;
}

function breakage({ invariants, improper_answers, drained, still_parked }: ChaosReport): readonly string[] {
  const failures: string[] = [];
  if (invariants.verdict !== 'all hold') failures.push(`Invariants: ${invariants.verdict}.`);
  if (!drained) failures.push('Not every order ended in time.');
  if (improper_answers.length > 0) failures.push(`${improper_answers.length} improper answers.`);
  if (still_parked.length > 0) failures.push(`Still parked after the redrive: ${still_parked.join(', ')}.`);
  return failures;
}
