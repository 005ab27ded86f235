import { ToneSign, wholeNumber, words } from 'resilient-stepfunctions/console';
import { type OrderStatus, STATUSES, type Summary } from '../api/answers.ts';
import { toneOf } from '../components/status.tsx';
import { money } from '../format.ts';
import { Link } from '../navigation.tsx';

/** Properties of the counts. */
export interface CountsProperties {
  /** Absent for customers: the counts are for operators. */
  readonly counts: Summary['by_status'] | undefined;
  readonly chosen: OrderStatus | undefined;
  readonly addressOf: (status: OrderStatus | undefined) => string;
}

/** How many orders have each status; each count is the filter for its orders. */
export function Counts({ counts, chosen, addressOf }: CountsProperties) {
  const total = counts === undefined ? 0 : Object.values(counts).reduce((sum, count) => sum + count, 0);
  return (
    <nav class="counts" aria-label="Orders by status">
      {counts !== undefined && total > 0 && <Proportions counts={counts} />}
      <ul>
        <li>
          <Link to={addressOf(undefined)} isCurrent={chosen === undefined}>
            all {counts !== undefined && <b>{wholeNumber(total)}</b>}
          </Link>
        </li>
        {STATUSES.map((status) => (
          <li key={status}>
            <Link
              to={addressOf(status)}
              isCurrent={chosen === status}
              class={`tone-${toneOf(status)}${counts?.[status] === 0 ? ' none' : ''}`}
            >
              <ToneSign tone={toneOf(status)} />
              {words(status)} {counts !== undefined && <b>{wholeNumber(counts[status])}</b>}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Proportions({ counts }: { readonly counts: Summary['by_status'] }) {
  return (
    <div class="proportions" aria-hidden="true">
      {STATUSES.filter((status) => counts[status] > 0).map((status) => (
        <span key={status} class={`tone-${toneOf(status)}`} style={{ flexGrow: counts[status] }} />
      ))}
    </div>
  );
}

/** The money of all orders. */
export function MoneyTotals({ summary }: { readonly summary: Summary }) {
  return (
    <dl class="totals">
      {summary.money.map(({ currency, authorized, captured, refunded }) => (
        <div key={currency}>
          <dt>captured</dt>
          <dd>{money({ value: captured, currency })}</dd>
          <dt>refunded</dt>
          <dd>{money({ value: refunded, currency })}</dd>
          <dt>set aside</dt>
          <dd>{money({ value: authorized, currency })}</dd>
        </div>
      ))}
    </dl>
  );
}
