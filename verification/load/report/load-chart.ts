import { drawChart } from './chart.ts';
import type { LoadReport } from './load-report.ts';

/** Draws a run as SVG: rate, answer times, backlog and refusals over time. */
export function loadChartOf(report: LoadReport): string {
  const { series } = report;
  const blue = '#1f6feb';
  const green = '#1a7f37';
  const orange = '#bc4c00';
  const red = '#cf222e';
  return drawChart({
    title: `${report.name}: ${report.orders.accepted} orders accepted, ${report.orders.refused} refused; invariants: ${report.invariants.verdict}`,
    x_label: 'seconds since the load began',
    x: series.map(({ second }) => second),
    bands: report.phases.map(({ name, from_second, to_second, customers_per_second }) => ({
      label: `${name}, ${customers_per_second}/s`,
      from: from_second,
      to: to_second,
    })),
    panels: [
      {
        title: 'orders a second',
        lines: [
          { label: 'accepted', colour: blue, values: series.map(({ accepted }) => accepted) },
          { label: 'ended', colour: green, values: series.map(({ ended }) => ended) },
        ],
      },
      {
        title: 'answer to /orders/place, ms',
        lines: [
          { label: 'p50', colour: blue, values: series.map(({ answer_p50_ms }) => answer_p50_ms) },
          { label: 'p95', colour: orange, values: series.map(({ answer_p95_ms }) => answer_p95_ms) },
          { label: 'p99', colour: red, values: series.map(({ answer_p99_ms }) => answer_p99_ms) },
        ],
      },
      {
        title: 'backlog: orders accepted and not yet ended',
        lines: [{ label: 'backlog', colour: blue, filled: true, values: series.map(({ backlog }) => backlog) }],
      },
      {
        title: 'requests not taken, a second',
        lines: [
          { label: 'refused (503)', colour: orange, filled: true, values: series.map(({ refused }) => refused) },
          { label: 'failed', colour: red, filled: true, values: series.map(({ failed }) => failed) },
        ],
      },
    ],
  });
}
