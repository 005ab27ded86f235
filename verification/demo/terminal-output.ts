import { styleText } from 'node:util';
import type { OrderView } from '../client/api-envelope.ts';
import type { InvariantReport } from '../invariants/invariants.ts';
import { describeViolation } from '../invariants/violation.ts';
import { textTable } from '../report/markdown.ts';
import { exitCodeOf } from './deviations.ts';
import type { Evidence } from './evidence-reader.ts';
import type { ScenarioRun } from './run-scenario.ts';
import type { StateVisit } from './saga-path.ts';

const WIDEST_LINE = 110;

/** Styles of words. */
export interface Style {
  readonly strong: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly faint: (text: string) => string;
}

/** Colours where `stream` is a terminal that shows them and NO_COLOR is not set. */
export function styleFor(stream: NodeJS.WriteStream): Style {
  const styled = (format: Parameters<typeof styleText>[0]) => (text: string) =>
    styleText(format, text, { stream, validateStream: true });
  return { strong: styled('bold'), good: styled('green'), bad: styled('red'), faint: styled('gray') };
}

/** The order's timeline and the saga's path, indented, one entry a line. */
export function orderLines({ order, path, execution_status }: Evidence, style: Style): readonly string[] {
  return [
    `  timeline of order ${order.order_id}`,
    ...timelineLines(order, style),
    `  the saga's path (execution ${execution_status})`,
    ...pathLines(path, style),
  ];
}

/** The table at the end, the invariants, and whether all is as it must be. */
export function summaryOf(runs: readonly ScenarioRun[], invariants: InvariantReport, style: Style): string {
  const rows = runs.map(({ name, evidence, deviations, seconds }) => [
    name,
    evidence?.order.status ?? '-',
    evidence?.order.reason_code ?? '',
    evidence?.tables.reservation?.state ?? '-',
    evidence?.tables.payment?.state ?? '-',
    seconds.toFixed(1),
    deviations.length === 0 ? 'yes' : 'NO',
  ]);
  const { checked, verdict, violations } = invariants;
  return [
    '',
    textTable(['scenario', 'order', 'reason', 'stock', 'payment', 'seconds', 'as it must be'], rows),
    '',
    `Invariants: ${verdict} (looked at ${checked.orders} orders, ${checked.items} items, ${checked.executions} executions).`,
    ...violations.map((violation) => style.bad(`  ${describeViolation(violation)}`)),
    exitCodeOf(runs, verdict) === 0
      ? style.good('All is as it must be.')
      : style.bad('Something is not as it must be.'),
  ].join('\n');
}

function timelineLines({ timeline }: OrderView, style: Style): readonly string[] {
  const begin = Date.parse(timeline[0]?.at ?? '');
  return timeline.map(({ at, status, what, why }) => {
    const after = `${((Date.parse(at) - begin) / 1000).toFixed(3)} s`.padStart(10);
    const reason = why === undefined ? '' : style.faint(`: ${why}`);
    return `  ${style.faint(after)}  ${status.padEnd(16)} ${what}${reason}`;
  });
}

function pathLines(path: readonly StateVisit[], style: Style): readonly string[] {
  const lines: string[] = [];
  let line = '';
  let length = 0;
  for (const [index, visit] of path.entries()) {
    const word = `${index === 0 ? '' : '-> '}${visit.state}`;
    const note = noteOf(visit);
    const width = word.length + note.length + 1;
    if (length > 0 && length + width > WIDEST_LINE - 4) {
      lines.push(line);
      line = '';
      length = 0;
    }
    line += `${word}${note === '' ? '' : style.bad(note)} `;
    length += width;
  }
  return [...lines, line].map((text) => `    ${text.trimEnd()}`);
}

function noteOf({ retries, errors, caught }: StateVisit): string {
  const notes: string[] = [];
  const repeated = errors.filter((error) => error !== caught || retries > 0);
  if (retries > 0) {
    notes.push(`tried again ${retries} ${retries === 1 ? 'time' : 'times'} after ${repeated.join(', ')}`);
  }
  if (caught !== undefined) {
    notes.push(`caught ${caught}`);
  }
  return notes.length === 0 ? '' : ` (${notes.join('; ')})`;
}
