import type { OrderDetails, RedriveOutcome } from '../api/answers.ts';
import { usePolled } from '../api/polling.ts';
import { Status } from '../components/status.tsx';
import { shortId } from '../format.ts';
import { Link } from '../navigation.tsx';

const EVERY_MS = 1_000;
const MOST_WATCHED = 20;

/** Properties of the outcomes. */
export interface RedriveOutcomesProperties {
  readonly outcome: RedriveOutcome;
  readonly onClose: () => void;
}

/** What a redrive did: how each order stands now, and why others were refused. */
export function RedriveOutcomes({ outcome, onClose }: RedriveOutcomesProperties) {
  const { redriven, refused, isMoreLeft = false } = outcome;
  return (
    <section class="card outcomes" aria-labelledby="outcomes-title" role="status">
      <div class="section-head">
        <h2 id="outcomes-title">
          {redriven.length} redriven{refused.length > 0 && `, ${refused.length} refused`}
        </h2>
        <button type="button" class="quiet" onClick={onClose}>
          Close
        </button>
      </div>
      <ul>
        {redriven.slice(0, MOST_WATCHED).map((orderId) => (
          <WatchedOrder key={orderId} orderId={orderId} />
        ))}
        {refused.map(({ order_id, why }) => (
          <li key={order_id}>
            <Link to={`/orders/${order_id}`} class="id" label={`Order ${order_id}`}>
              {shortId(order_id)}
            </Link>
            <span>not redriven: {why}</span>
          </li>
        ))}
      </ul>
      {isMoreLeft && <p>More orders are parked at this step: redrive again.</p>}
      {redriven.length > MOST_WATCHED && <p class="muted">and {redriven.length - MOST_WATCHED} more</p>}
    </section>
  );
}

/** An order with its status, as it changes. */
export function WatchedOrder({ orderId }: { readonly orderId: string }) {
  const { data } = usePolled<OrderDetails>(`/orders/status?order_id=${orderId}`, EVERY_MS);
  return (
    <li>
      <Link to={`/orders/${orderId}`} class="id" label={`Order ${orderId}`}>
        {shortId(orderId)}
      </Link>
      {data !== undefined && <Status status={data.status} />}
      <span class="muted">{data?.reason}</span>
    </li>
  );
}
