import { Ago, stepName, words } from 'resilient-stepfunctions/console';
import type { OrderDetails } from '../api/answers.ts';
import { RefundState } from '../components/status.tsx';
import { money } from '../format.ts';
import { Link } from '../navigation.tsx';
import { hasSaga, refundSagaAddress } from './saga-choice.tsx';

/** The refunds of an order, the oldest first. */
export function Refunds({ order }: { readonly order: OrderDetails }) {
  const { refunds = [], refunded } = order;
  if (refunds.length === 0) {
    return null;
  }
  return (
    <section class="refunds" aria-labelledby="refunds-title">
      <h3 id="refunds-title">
        Refunds {refunded !== undefined && <span class="muted">{money(refunded)} given back</span>}
      </h3>
      <ul>
        {refunds.map((refund) => (
          <li key={refund.refund_id}>
            <b>{money(refund.amount)}</b>
            <RefundState status={refund.status} />
            <span class="muted">
              <Ago at={refund.requested_at} />
              {refund.stock_returned === true && ', the pieces are back in the stock'}
            </span>
            {refund.reason !== undefined && <small>{refund.reason}</small>}
            {refund.code !== undefined && <small>{words(refund.code)}</small>}
            {refund.parked_step !== undefined && (
              <small>
                {stepName(refund.parked_step)} could not go on: {refund.parked_reason}
              </small>
            )}
            {hasSaga(refund) && (
              <Link
                to={refundSagaAddress(order.order_id, refund.refund_id)}
                label={`Saga of this refund of ${money(refund.amount)}`}
              >
                Saga of this refund
              </Link>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
