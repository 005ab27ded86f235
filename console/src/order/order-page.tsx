import { useState } from 'preact/hooks';
import { Ago, Copy, duration, Failure, Loading, stepName } from 'resilient-stepfunctions/console';
import { isOver, type OrderDetails } from '../api/answers.ts';
import { usePolled } from '../api/polling.ts';
import { Status } from '../components/status.tsx';
import { money, shortId } from '../format.ts';
import { Link } from '../navigation.tsx';
import { TracePanel } from '../traces/trace-panel.tsx';
import { Actions } from './actions.tsx';
import { OrderSaga } from './order-saga.tsx';
import { Refunds } from './refunds.tsx';
import { Timeline } from './timeline.tsx';

const OPEN_EVERY_MS = 1_000;
const OVER_EVERY_MS = 5_000;

/** One order: what its customer sees, its saga, and what an operator can do. */
export function OrderPage({ orderId }: { readonly orderId: string }) {
  const [everyMs, setEveryMs] = useState(OPEN_EVERY_MS);
  const { data: order, error, refresh } = usePolled<OrderDetails>(`/orders/status?order_id=${orderId}`, everyMs);
  const isRefunding = order?.refunds?.some(({ status }) => status === 'REQUESTED') === true;
  const wanted = order !== undefined && isOver(order.status) && !isRefunding ? OVER_EVERY_MS : OPEN_EVERY_MS;
  if (wanted !== everyMs) {
    setEveryMs(wanted);
  }
  if (order === undefined) {
    return (
      <>
        <div class="page-head">
          <h1>
            Order <span class="id">{shortId(orderId)}</span>
          </h1>
        </div>
        <Failure error={error} />
        {error === undefined ? <Loading lines={8} /> : <Link to="/orders">To the orders</Link>}
      </>
    );
  }
  return (
    <>
      <OrderHead order={order} onChanged={refresh} />
      <Failure error={error} />
      {order.status === 'NEEDS_ATTENTION' && (
        <p class="banner tone-parked">
          <b>{stepName(order.parked_step ?? 'a step')} could not go on:</b> {order.reason} Mend the cause, then redrive;
          or give the order up.
        </p>
      )}
      {order.payment.action_url !== undefined && (
        <p class="banner tone-waiting">
          <b>The provider waits for the customer.</b>{' '}
          <a href={order.payment.action_url} target="_blank" rel="noreferrer">
            Confirm or refuse the payment
          </a>
        </p>
      )}
      <OrderSaga order={order} everyMs={everyMs} />
      <div class="columns">
        <section class="card" aria-labelledby="timeline-title">
          <h2 id="timeline-title">What the customer sees</h2>
          <Timeline order={order} />
        </section>
        <section class="card" aria-labelledby="lines-title">
          <h2 id="lines-title">What was ordered</h2>
          <Lines order={order} />
          <Refunds order={order} />
        </section>
      </div>
      <TracePanel orderId={orderId} everyMs={everyMs} />
    </>
  );
}

function OrderHead({ order, onChanged }: { readonly order: OrderDetails; readonly onChanged: () => void }) {
  const { order_id, status, amount, created_at, updated_at, owner } = order;
  return (
    <div class="order-head">
      <div>
        <p class="crumb">
          <Link to="/orders">Orders</Link>
        </p>
        <h1>
          Order <span class="id">{shortId(order_id)}</span>
          <Status status={status} />
        </h1>
        <p class="order-facts">
          <span class="id whole">{order_id}</span>
          <Copy text={order_id} what="the order's id" />
          {amount !== undefined && <b>{money(amount)}</b>}
          <span>
            placed <Ago at={created_at} />
            {owner !== undefined && ` by ${owner}`}
          </span>
          {isOver(status) && <span>took {duration(Date.parse(updated_at) - Date.parse(created_at))}</span>}
        </p>
      </div>
      <Actions order={order} onChanged={onChanged} />
    </div>
  );
}

function Lines({ order }: { readonly order: OrderDetails }) {
  const { lines, amount, payment } = order;
  const currency = amount?.currency;
  const priced = (value: number) => money({ value, ...(currency !== undefined && { currency }) });
  return (
    <table class="lines">
      <thead>
        <tr>
          <th scope="col">Item</th>
          <th scope="col" class="number">
            Count
          </th>
          <th scope="col" class="number">
            Price
          </th>
        </tr>
      </thead>
      <tbody>
        {lines.map(({ id, name, count, unit_price }) => (
          <tr key={id}>
            <th scope="row" title={id}>
              {name ?? shortId(id)}
            </th>
            <td class="number">{count}</td>
            <td class="number">{unit_price === undefined ? '–' : priced(unit_price * count)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row" colSpan={2}>
            {payment.kind === 'PAY_LATER' ? 'To be paid later' : 'Paid with the order'}
          </th>
          <td class="number">{amount === undefined ? '–' : money(amount)}</td>
        </tr>
      </tfoot>
    </table>
  );
}
