import { ORDER_STATUSES } from '../../../functions/orders/order-status.ts';
import { machineLine } from '../../report/machine.ts';
import { checkedLine, resultLine, textTable, titledList } from '../../report/markdown.ts';
import type { LoadReport } from './load-report.ts';
import type { Percentiles } from './statistics.ts';

const SHOWN_VIOLATIONS = 50;

/** The report in Markdown; the terminal shows it, too. */
export function loadMarkdown(report: LoadReport, failures: readonly string[]): string {
  return `${[
    `# Load: ${report.name}`,
    `${report.started_at}, ${report.target}, profile ${report.profile}; on ${machineLine(report.machine)}.`,
    textTable(['orders', 'count'], orderRows(report)),
    textTable(
      ['requests', 'count'],
      Object.entries(report.requests).map(([name, count]) => [name, String(count)]),
    ),
    textTable(
      ['milliseconds', 'count', 'p50', 'p95', 'p99', 'max'],
      [
        durationRow('answer to /orders/place', report.answer_ms),
        durationRow('refusal (503)', report.refusal_ms),
        durationRow('saga, from accepted to its end', report.saga_ms),
      ],
    ),
    phaseTable(report),
    ...recoveryLines(report),
    `Drained ${report.drained ? `${report.drain_seconds.toFixed(1)} s after the load` : 'not in time'}.`,
    ...invariantLines(report),
    ...titledList('Improper answers:', report.improper_answers),
    resultLine(failures),
  ].join('\n\n')}\n`;
}

function orderRows({ orders }: LoadReport): readonly (readonly string[])[] {
  const ended = ORDER_STATUSES.flatMap((status) => {
    const count = orders.by_status[status];
    return count === undefined ? [] : [[`of these ${status}`, String(count)]];
  });
  return [
    ['accepted', String(orders.accepted)],
    ...ended,
    ['with a payment to confirm (3DS)', String(orders.with_3ds)],
    ['refunds', String(orders.refunds)],
    ['refused', String(orders.refused)],
  ];
}

function durationRow(what: string, durations: Percentiles | null): readonly string[] {
  return [what, ...cells(durations, ['count', 'p50', 'p95', 'p99', 'max'])];
}

function cells(durations: Percentiles | null, keys: readonly (keyof Percentiles)[]): readonly string[] {
  return keys.map((key) => (durations === null ? '-' : String(durations[key])));
}

function phaseTable({ phases }: LoadReport): string {
  const head = [
    'phase',
    'seconds',
    'customers/s',
    'accepted',
    'refused',
    'answer p50',
    'p95',
    'p99',
    'saga p50',
    'p95',
    'p99',
  ];
  const rows = phases.map((phase) => [
    phase.name,
    `${phase.from_second}-${phase.to_second}`,
    String(phase.customers_per_second),
    String(phase.accepted),
    String(phase.refused),
    ...cells(phase.answer_ms, ['p50', 'p95', 'p99']),
    ...cells(phase.saga_ms, ['p50', 'p95', 'p99']),
  ]);
  return textTable(head, rows);
}

function recoveryLines({ recovery }: LoadReport): readonly string[] {
  if (recovery === null) {
    return [];
  }
  const { phase, answer_p99_factor, highest_backlog, backlog_recovered_seconds } = recovery;
  const recovered =
    backlog_recovered_seconds === null
      ? 'The backlog did not get back to normal.'
      : `The backlog was back to normal ${backlog_recovered_seconds} s after the ${phase}.`;
  const times = answer_p99_factor === null ? 'unknown' : `${answer_p99_factor} times`;
  return [`Longest backlog: ${highest_backlog} orders. ${recovered} The answer's p99 against before: ${times}.`];
}

function invariantLines({ invariants: { checked, verdict, violations } }: LoadReport): readonly string[] {
  const summary = `Invariants: ${verdict} (${checkedLine(checked)}).`;
  return violations.length === 0 ? [summary] : titledList(summary, violations.slice(0, SHOWN_VIOLATIONS));
}
