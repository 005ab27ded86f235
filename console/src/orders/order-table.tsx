import { Ago, duration, stepName } from 'resilient-stepfunctions/console';
import { isOver, type ListedOrder } from '../api/answers.ts';
import { Status } from '../components/status.tsx';
import { money, shortId } from '../format.ts';
import { Link } from '../navigation.tsx';

/** Orders as a table; on a narrow screen each is a card of its own. */
export function OrderTable({ orders }: { readonly orders: readonly ListedOrder[] }) {
  const hasOwners = orders.some(({ owner }) => owner !== undefined);
  return (
    <table class="orders">
      <thead>
        <tr>
          <th scope="col">Order</th>
          <th scope="col">Status</th>
          <th scope="col" class="number">
            Amount
          </th>
          <th scope="col">Placed</th>
          <th scope="col" class="number">
            Took
          </th>
          {hasOwners && <th scope="col">Owner</th>}
          <th scope="col">Why</th>
        </tr>
      </thead>
      <tbody>
        {orders.map((order) => (
          <OrderRow key={order.order_id} order={order} hasOwner={hasOwners} />
        ))}
      </tbody>
    </table>
  );
}

function OrderRow({ order, hasOwner }: { readonly order: ListedOrder; readonly hasOwner: boolean }) {
  const { order_id, status, amount, created_at, updated_at, owner, reason, parked_step } = order;
  return (
    <tr class={status === 'NEEDS_ATTENTION' ? 'parked' : undefined}>
      <th scope="row">
        <Link to={`/orders/${order_id}`} class="id" label={`Order ${order_id}`}>
          {shortId(order_id)}
        </Link>
      </th>
      <td>
        <Status status={status} />
      </td>
      <td class="number">{amount === undefined ? '–' : money(amount)}</td>
      <td>
        <Ago at={created_at} />
      </td>
      <td class="number">{isOver(status) ? duration(Date.parse(updated_at) - Date.parse(created_at)) : '…'}</td>
      {hasOwner && <td>{owner ?? '–'}</td>}
      <td class="why">
        {parked_step !== undefined && <b>{stepName(parked_step)}: </b>}
        {reason}
      </td>
    </tr>
  );
}
