import { machineLine } from '../../report/machine.ts';
import { bulletList, checkedLine, resultLine, textTable, titledList } from '../../report/markdown.ts';
import { TARGETS } from '../matrix.ts';
import type { CellReport, ChaosReport } from './chaos-report.ts';

const MOST_SHOWN = 30;

const COLUMNS = [...TARGETS, 'all'] as const;

/** The report in Markdown, which the terminal shows, too. */
export function chaosMarkdownOf(report: ChaosReport, failures: readonly string[]): string {
  const { machine, before_redrive, invariants, seed, command } = report;
  return `${[
    `# Chaos: seed ${seed}`,
    `\`${command}\`, ${report.started_at}, ${Math.round(report.seconds)} s; on ${machineLine(machine)}.`,
    'Each cell: orders / faults that hit / orders that were parked / longest recovery.',
    matrix(report.cells),
    ...leftOut(report.cells),
    ...whyImpossible(report.cells),
    endsTable(report.cells),
    `${report.requests} requests, ${report.unanswered} of them unanswered, ${report.improper_answers.length} improper answers. ${invariants.drained ? 'Every order ended' : 'Not every order ended in time'}; the operator redrove ${report.redriven} executions, ${report.still_parked.length} orders are still parked.`,
    `Invariants before the redrive: ${before_redrive.verdict}; at the end: ${invariants.verdict} (${checkedLine(invariants.checked)}).`,
    ...titledList('Broken before the redrive:', before_redrive.violations),
    ...titledList('Broken at the end:', invariants.violations),
    ...titledList('Improper answers:', report.improper_answers.slice(0, MOST_SHOWN)),
    ...titledList('Ends that the customer cannot have caused:', report.unexpected_ends.slice(0, MOST_SHOWN)),
    ...report.stories.map((story) => `\`\`\`text\n${story}\n\`\`\``),
    resultLine(failures, `(seed ${seed})`),
  ].join('\n\n')}\n`;
}

function matrix(cells: readonly CellReport[]): string {
  // Rows without a run are only counted below the table.
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
  return whys.length === 0 ? [] : [bulletList(whys)];
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
