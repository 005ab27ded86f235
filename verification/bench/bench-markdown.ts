import type { LoadReport } from '../load/report/load-report.ts';
import type { Percentiles } from '../load/report/statistics.ts';
import { machineLine } from '../report/machine.ts';
import { textTable } from '../report/markdown.ts';
import type { BenchReport } from './bench-report.ts';

/** The report in Markdown; the terminal shows it, too. */
export function benchMarkdown(report: BenchReport): string {
  return `${[
    '# Benchmark',
    `${report.started_at}, \`${report.command}\`, on ${machineLine(report.machine)}. Load average before: ${report.load_average_before}. The client runs on the same machine.`,
    '## Aims',
    textTable(['aim', 'wanted', 'measured', 'met'], aims(report)),
    '## Orders a second to the end of the saga (closed loop)',
    textTable(
      ['orders at once', 'orders/s', 'order p50 ms', 'p99'],
      report.steps.map(({ concurrency, orders_per_second, order_ms }) => [
        String(concurrency),
        String(orders_per_second),
        ...percentiles(order_ms, ['p50', 'p99']),
      ]),
    ),
    `The same with ${report.concurrency} at once, in turns:`,
    textTable(
      ['way', 'orders', 'orders/s', 'order p50 ms', 'p99', 'of the plain loop'],
      report.ways.map((way) => [
        way.name,
        String(way.orders),
        String(way.orders_per_second),
        String(way.p50_ms),
        String(way.p99_ms),
        `${Math.round(way.of_plain_loop * 100)} %`,
      ]),
    ),
    '## Answer and saga at parts of that (open loop)',
    phases(report.levels),
    '## A spike of 20 times',
    phases(report.spike),
    spikeLines(report.spike),
    '## Processes',
    report.processes === null ? 'Not measured: this system has no /proc.' : processes(report),
    `Ready after ${(report.start_ms / 1000).toFixed(1)} s.`,
    '## Growth',
    textTable(
      ['orders stored', 'orders/s', 'order p50 ms', 'p99', 'CPU ms an order', 'of it DynamoDB'],
      report.growth.map((row) => [
        row.stored.toLocaleString('en'),
        String(row.orders_per_second),
        String(row.order_p50_ms),
        String(row.order_p99_ms),
        String(row.cpu_ms_per_order ?? '-'),
        String(row.dynamodb_cpu_ms_per_order ?? '-'),
      ]),
    ),
    'Stored orders are copies of the rows of one finished order under new ids, written straight into the tables.',
  ].join('\n\n')}\n`;
}

/** Each aim with the wanted value, the measured value, and whether it is met. */
export function aims(report: BenchReport): readonly (readonly [string, string, string, string])[] {
  const saga = report.ways[1]?.of_plain_loop ?? 0;
  const factor = report.spike.recovery?.answer_p99_factor ?? null;
  const idle = total(report, 'pss_mb', 'idle');
  const seconds = report.start_ms / 1000;
  const verdicts = [report.levels, report.spike].map(({ drained, invariants }) =>
    drained ? invariants.verdict : 'orders still open',
  );
  const yes = (met: boolean) => (met ? 'yes' : 'no');
  return [
    ['saga through Step Functions, of the plain loop', '>= 60 %', `${Math.round(saga * 100)} %`, yes(saga >= 0.6)],
    [
      "answer's p99 in the spike, of before",
      '< 4 times',
      factor === null ? 'unknown' : `${factor} times`,
      yes(factor !== null && factor < 4),
    ],
    [
      'accepted orders that ended, all invariants',
      'all',
      [...new Set(verdicts)].join(', '),
      yes(verdicts.every((verdict) => verdict === 'all hold')),
    ],
    ['idle stack (PSS)', '< 400 MB', idle === undefined ? 'unknown' : `${idle} MB`, yes((idle ?? 400) < 400)],
    ['start', '< 8 s', `${seconds.toFixed(1)} s`, yes(seconds < 8)],
  ];
}

function phases({ phases: all }: LoadReport): string {
  return textTable(
    ['phase', 'orders/s sent', 'accepted', 'refused', 'answer p50 ms', 'p95', 'p99', 'saga p50 ms', 'p95', 'p99'],
    all.map(({ name, customers_per_second, accepted, refused, answer_ms, saga_ms }) => [
      name,
      String(customers_per_second),
      String(accepted),
      String(refused),
      ...percentiles(answer_ms, ['p50', 'p95', 'p99']),
      ...percentiles(saga_ms, ['p50', 'p95', 'p99']),
    ]),
  );
}

function spikeLines({ recovery, refusal_ms, drained, orders, invariants }: LoadReport): string {
  const back = recovery?.backlog_recovered_seconds ?? null;
  return [
    `Longest backlog: ${recovery?.highest_backlog ?? 0} orders; ${back === null ? 'not back to normal in the time watched' : `back to normal ${back} s after the spike`}.`,
    `A refusal (503 with Retry-After) took ${refusal_ms?.p50 ?? '-'} ms (p50), ${refusal_ms?.p99 ?? '-'} ms (p99).`,
    `${orders.accepted} orders accepted, ${drained ? 'all of them ended' : 'some still open'}; invariants: ${invariants.verdict}.`,
  ].join(' ');
}

function processes(report: BenchReport): string {
  const rows = (report.processes ?? []).map(({ name, idle, after, cpu_ms_per_order }) => [
    name,
    ...[idle.rss_mb, idle.pss_mb, after.rss_mb, after.pss_mb, cpu_ms_per_order].map(String),
  ]);
  const sums = (['idle', 'after'] as const).flatMap((when) => [
    String(total(report, 'rss_mb', when)),
    String(total(report, 'pss_mb', when)),
  ]);
  const cpu = (report.processes ?? []).reduce((sum, one) => sum + one.cpu_ms_per_order, 0);
  return textTable(
    ['process', 'idle RSS MB', 'idle PSS', 'after RSS', 'after PSS', 'CPU ms an order'],
    [
      ...rows,
      ['all', ...sums, cpu.toFixed(1)],
      ['this benchmark', '-', '-', '-', '-', String(report.client_cpu_ms_per_order)],
    ],
  );
}

function total({ processes: all }: BenchReport, which: 'rss_mb' | 'pss_mb', when: 'idle' | 'after') {
  return all?.reduce((sum, one) => sum + one[when][which], 0);
}

function percentiles(value: Percentiles | null, keys: readonly (keyof Percentiles)[]): readonly string[] {
  return keys.map((key) => (value === null ? '-' : String(value[key])));
}
