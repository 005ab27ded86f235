import { Ago, stepName, ToneSign } from 'resilient-stepfunctions/console';
import type { OrderList } from '../api/answers.ts';
import { usePolled } from '../api/polling.ts';
import { shortId } from '../format.ts';
import { Link } from '../navigation.tsx';

const EVERY_MS = 5_000;
const SHOWN = 5;

/** The parked orders above all others: nothing moves them until somebody does. */
export function ParkedBanner({ count }: { readonly count: number }) {
  const { data } = usePolled<OrderList>(
    count > 0 ? `/orders?status=NEEDS_ATTENTION&limit=${SHOWN}` : undefined,
    EVERY_MS,
  );
  if (count === 0) {
    return null;
  }
  return (
    <section class="banner tone-parked" aria-labelledby="parked-title">
      <h2 id="parked-title">
        <ToneSign tone="parked" />
        {count === 1 ? '1 order waits for you' : `${count} orders wait for you`}
      </h2>
      <ul>
        {data?.orders.map(({ order_id, parked_step, reason, created_at }) => (
          <li key={order_id}>
            <Link to={`/orders/${order_id}`} class="id" label={`Order ${order_id}`}>
              {shortId(order_id)}
            </Link>
            <span>
              <b>{stepName(parked_step ?? 'unknown')}</b> {reason}
            </span>
            <Ago at={created_at} />
          </li>
        ))}
      </ul>
      <Link to="/attention">Look at all of them</Link>
    </section>
  );
}
