import { textTable } from '../../report/text-table.ts';
import { targets } from '../cell.ts';
import type { CellReport, ChaosReport } from './chaos-report.ts';

const MOST_SHOWN = 30;

const COLUMNS = [...targets, 'all'] as const;

/** The report for people; also what the terminal shows. */
export function markdownOf(report: ChaosReport, failures: readonly string[]): string {
  const { machine, before_redrive, invariants, seed, command } = report;
  const { checked } = invariants;
  return `${[
    `# Chaos: seed ${seed}`,
    `\`${command}\`, ${report.started_at}, ${Math.round(report.seconds)} s; on ${machine.processor}, ${machine.cores} cores, ${machine.memory_gb} GB, ${machine.system}, Node ${machine.node}.`,
    'Each cell: orders / faults that hit / orders that were parked / longest recovery.',
    matrix(report.cells),
    ...leftOut(report.cells),
    ...whyImpossible(report.cells),
    endsTable(report.cells),
    `${report.requests} requests, ${report.unanswered} of them unanswered, ${report.improper_answers.length} improper answers. ${invariants.drained ? 'Every order ended' : 'Not every order ended in time'}; the operator redrove ${report.redriven} executions, ${report.still_parked.length} orders are parked still.`,
    `Invariants before the redrive: ${before_redrive.verdict}; at the end: ${invariants.verdict} (looked at ${checked.orders} orders, ${checked.items} items, ${checked.reservations} reservations, ${checked.payments} payments, ${checked.charges} charges, ${checked.executions} executions and ${checked.answers} answers).`,
    ...bulleted('Broken before the redrive:', before_redrive.violations),
    ...bulleted('Broken at the end:', invariants.violations),
    ...bulleted('Improper answers:', report.improper_answers.slice(0, MOST_SHOWN)),
    ...bulleted('Ends that cannot be:', report.unexpected_ends.slice(0, MOST_SHOWN)),
    ...report.stories.map((story) => `\`\`\`text\n${story}\n\`\`\``),
    failures.length === 0 ? 'Result: passed.' : `Result: FAILED (seed ${seed}).\n\n${bullets(failures)}`,
  ].join('\n\n')}\n`;
}

function matrix(cells: readonly CellReport[]): string {
  // A row of which nothing ran is only counted below.
  const rows = [...new Set(cells.flatMap(({ row, state }) => (state.kind === 'ran' ? [row] : [])))];
  const shown = COLUMNS.filter((column) => cells.some((cell) => cell.column === column && rows.includes(cell.row)));
  const cellAt = (row: string, column: string) => cells.find((cell) => cell.row === row && cell.column === column);
  return textTable(
    ['fault', ...shown],
    rows.map((row) => [row, ...shown.map((column) => square(cellAt(row, column)))]),
  );
}

function square(cell: CellReport | undefined): string {
  if (cell === undefined) {
    return '';
  }
  const { state } = cell;
  switch (state.kind) {
    case 'left out':
      return 'left out';
    case 'impossible':
      return 'impossible';
    case 'ran': {
      const { orders, hits, parked, longest_recovery_seconds } = state.facts;
      const numbers = `${orders} / ${hits} / ${parked} / ${longest_recovery_seconds.toFixed(1)} s`;
      if (state.broken > 0) {
        return `BROKEN ${numbers}`;
      }
      return hits === 0 ? `MISSED ${numbers}` : numbers;
    }
  }
}

function leftOut(cells: readonly CellReport[]): readonly string[] {
  const count = cells.filter(({ state }) => state.kind === 'left out').length;
  return count === 0 ? [] : [`${count} of ${cells.length} cells were left out of this run.`];
}

function whyImpossible(cells: readonly CellReport[]): readonly string[] {
  const whys = cells.flatMap(({ row, column, state }) =>
    state.kind === 'impossible' ? [`${row} x ${column} is impossible: ${state.why}.`] : [],
  );
  return whys.length === 0 ? [] : [bullets(whys)];
}

function endsTable(cells: readonly CellReport[]): string {
  const rows = cells.flatMap(({ row, column, state }) => {
    if (state.kind !== 'ran') {
      return [];
    }
    const { orders, by_status, touched } = state.facts;
    const ends = Object.entries(by_status).map(([status, count]) => `${count} ${status}`);
    return [[`${row} x ${column}`, String(state.runs), String(orders), String(touched), ends.join(', ')]];
  });
  return textTable(['cell', 'runs', 'orders', 'hit by a fault', 'ended'], rows);
}

function bulleted(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`${title}\n\n${bullets(lines)}`];
}

function bullets(lines: readonly string[]): string {
  return lines.map((line) => `- ${line}`).join('\n');
}
