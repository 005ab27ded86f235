import type { InvariantReport } from '../invariants/invariants.ts';
import { describeViolation } from '../invariants/violation.ts';
import { textTable } from '../report/text-table.ts';
import type { PlayedScenario } from './play.ts';
import type { Style } from './story.ts';
import { exitCodeOf } from './verdict.ts';

/** The table at the end, the invariants, and whether all is as it must be. */
export function summaryOf(results: readonly PlayedScenario[], invariants: InvariantReport, style: Style): string {
  const rows = results.map(({ name, evidence, faults, seconds }) => [
    name,
    evidence?.order.status ?? '-',
    evidence?.order.reason_code ?? '',
    evidence?.tables.reservation?.state ?? '-',
    evidence?.tables.payment?.state ?? '-',
    seconds.toFixed(1),
    faults.length === 0 ? 'yes' : 'NO',
  ]);
  const { checked, verdict, violations } = invariants;
  return [
    '',
    textTable(['scenario', 'order', 'reason', 'stock', 'payment', 'seconds', 'as it must be'], rows),
    '',
    `Invariants: ${verdict} (looked at ${checked.orders} orders, ${checked.items} items, ${checked.executions} executions).`,
    ...violations.map((violation) => style.bad(`  ${describeViolation(violation)}`)),
    exitCodeOf(results, verdict) === 0
      ? style.good('All is as it must be.')
      : style.bad('Something is not as it must be.'),
  ].join('\n');
}
