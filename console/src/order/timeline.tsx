import { Ago, duration, Time, ToneSign } from 'resilient-stepfunctions/console';
import type { OrderDetails } from '../api/answers.ts';
import { toneOf } from '../components/status.tsx';

/** The order's history in the words that its customer reads. */
export function Timeline({ order }: { readonly order: OrderDetails }) {
  const { timeline, payment, status } = order;
  return (
    <ol class="timeline">
      {timeline.map(({ at, status: then, what, why }, index) => {
        const before = timeline[index - 1];
        return (
          <li key={`${at} ${what}`} class={`tone-${toneOf(then)}`}>
            <ToneSign tone={toneOf(then)} />
            <span class="what">
              {what}
              {why !== undefined && <small>{why}</small>}
            </span>
            <span class="when">
              <Time at={at} />
              {before !== undefined && <small>+{duration(Date.parse(at) - Date.parse(before.at))}</small>}
            </span>
          </li>
        );
      })}
      {status === 'AWAITING_PAYMENT' && payment.due_at !== undefined && (
        <li class="tone-waiting due">
          <ToneSign tone="waiting" />
          <span class="what">to be paid, otherwise it expires</span>
          <span class="when">
            <Ago at={payment.due_at} />
          </span>
        </li>
      )}
    </ol>
  );
}
