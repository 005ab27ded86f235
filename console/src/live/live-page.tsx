import { useState } from 'preact/hooks';
import { Ago, announce, Empty, Failure, ToneSign } from 'resilient-stepfunctions/console';
import type { OrderDetails } from '../api/answers.ts';
import { ApiError, post } from '../api/client.ts';
import { usePolled } from '../api/polling.ts';
import { Status } from '../components/status.tsx';
import { money, shortId } from '../format.ts';
import { LaboratoryPanel } from '../laboratory/laboratory-panel.tsx';
import { Link } from '../navigation.tsx';
import { KINDS, type OrderKind } from './kinds.ts';
import { createPlacement } from './placement.ts';
import { SpikePanel } from './spike-panel.tsx';

interface CatalogueItem {
  readonly Id: string;
  readonly name: string;
  readonly count: number;
  readonly price: number;
}

interface Placed {
  readonly orderId: string;
  readonly kind: string;
}

const STOCK_EVERY_MS = 5_000;
const STATUS_EVERY_MS = 700;
const MOST_SHOWN = 12;
/** An item with less would be sold out by the first spike. */
const ENOUGH = 500;

const placeOrder = createPlacement(
  (order, key) => post<{ readonly order_id: string }>('/orders/place', order, { 'Idempotency-Key': key }),
  (error) => !(error instanceof ApiError) || error.status === 0 || error.status >= 500,
);

/** Buttons that place each kind of order, and what becomes of them. */
export function LivePage() {
  const { data: items, error } = usePolled<readonly CatalogueItem[]>('/inventory/stocks', STOCK_EVERY_MS);
  const [itemId, setItemId] = useState<string>();
  const [placed, setPlaced] = useState<readonly Placed[]>([]);
  const item = items?.find(({ Id }) => Id === itemId) ?? items?.find(({ count }) => count >= ENOUGH) ?? items?.[0];
  const place = async (kind: OrderKind): Promise<void> => {
    if (item === undefined) {
      return;
    }
    try {
      const { order_id } = await placeOrder({
        list: [{ id: item.Id, count: kind.count ?? 1 }],
        ...(kind.method !== undefined && { payment: { method: kind.method } }),
      });
      setPlaced((before) => [{ orderId: order_id, kind: kind.name }, ...before].slice(0, MOST_SHOWN));
    } catch (failure) {
      announce(failure instanceof ApiError ? failure.message : String(failure), { isFailure: true });
    }
  };
  return (
    <>
      <div class="page-head">
        <h1>Try it</h1>
        <p class="muted">Place an order of each kind and watch its saga.</p>
        <label class="runs">
          Item
          <select value={item?.Id} onChange={(event) => setItemId(event.currentTarget.value)}>
            {items?.map(({ Id, name, count, price }) => (
              <option key={Id} value={Id}>
                {name}, {money({ value: price })}, {count} left
              </option>
            ))}
          </select>
        </label>
      </div>
      <Failure error={error} />
      <ul class="kinds">
        {KINDS.map((kind) => (
          <li key={kind.name}>
            <button
              type="button"
              class={`kind tone-${kind.tone}`}
              disabled={item === undefined}
              onClick={() => void place(kind)}
            >
              <b>
                <ToneSign tone={kind.tone} />
                {kind.name}
              </b>
              <span>{kind.story}</span>
            </button>
          </li>
        ))}
      </ul>
      <section class="card flush" aria-labelledby="placed-title">
        <div class="section-head">
          <h2 id="placed-title">Placed here</h2>
          <Link to="/orders">All orders</Link>
        </div>
        {placed.length === 0 ? (
          <Empty>Nothing yet.</Empty>
        ) : (
          <ul class="placed">
            {placed.map((each) => (
              <PlacedOrder key={each.orderId} {...each} />
            ))}
          </ul>
        )}
      </section>
      <LaboratoryPanel />
      <SpikePanel itemId={item?.Id} />
    </>
  );
}

function PlacedOrder({ orderId, kind }: Placed) {
  const { data: order, refresh } = usePolled<OrderDetails>(`/orders/status?order_id=${orderId}`, STATUS_EVERY_MS);
  const pay = async (): Promise<void> => {
    try {
      await post('/payment/pay', { list: [{ id: crypto.randomUUID(), order_id: orderId }] });
      announce(`Order ${shortId(orderId)} is paid.`);
    } catch (failure) {
      announce(failure instanceof ApiError ? failure.message : String(failure), { isFailure: true });
    }
    refresh();
  };
  return (
    <li>
      <Link to={`/orders/${orderId}`} class="id" label={`Order ${orderId}, ${kind}`}>
        {shortId(orderId)}
      </Link>
      <span>{kind}</span>
      {order !== undefined && <Status status={order.status} />}
      <span class="muted">{order?.status === 'NEEDS_ATTENTION' ? undefined : order?.reason}</span>
      {order !== undefined && <Ago at={order.created_at} />}
      {order?.payment.action_url !== undefined && (
        <a href={order.payment.action_url} target="_blank" rel="noreferrer">
          Confirm the payment
        </a>
      )}
      {order?.status === 'AWAITING_PAYMENT' && order.payment.action_url === undefined && (
        <button type="button" class="main" aria-label={`Pay order ${shortId(orderId)}`} onClick={() => void pay()}>
          Pay
        </button>
      )}
    </li>
  );
}
