import type { LoadReport } from './load-report.ts';

/**
 * Why a run of the load is a failure; nothing for a success. Everything accepted must have ended with all invariants
 * kept, and what was not taken must have been refused properly.
 *
 * @param toleratesUnreachable a broken connection is no failure: the API itself may be killed in the middle of the run.
 *   Silence always is one.
 */
export function failuresOf(report: LoadReport, toleratesUnreachable: boolean): readonly string[] {
  const { requests, orders, invariants, drained, drain_seconds } = report;
  const failures: string[] = [];
  if (orders.accepted === 0) {
    failures.push('no order was accepted, so nothing was shown');
  }
  if (!drained) {
    failures.push(`orders were still open after ${drain_seconds} seconds`);
  }
  if (invariants.verdict !== 'all hold') {
    failures.push(`invariants: ${invariants.verdict}`);
  }
  if (requests.faulty > 0) {
    failures.push(`${requests.faulty} requests were answered with an error that is no 503 with Retry-After`);
  }
  if (requests.unanswered > 0) {
    failures.push(`${requests.unanswered} requests got no answer`);
  }
  if (requests.unreachable > 0 && !toleratesUnreachable) {
    failures.push(`${requests.unreachable} requests found no API or lost their connection to it`);
  }
  return failures;
}
