import { words } from 'resilient-stepfunctions/console';
import type { OrderDetails, Refund } from '../api/answers.ts';
import { money } from '../format.ts';
import { goTo } from '../navigation.tsx';

/** The address of a refund's saga inside the console. */
export function refundSagaAddress(orderId: string, refundId: string): string {
  return `/orders/${orderId}?refund=${encodeURIComponent(refundId)}`;
}

/** A refund that was made at the Payment service has had no saga. */
export function hasSaga({ refund_id }: Refund): boolean {
  return !refund_id.startsWith('payment-');
}

/** Properties of the choice. */
export interface SagaChoiceProperties {
  readonly order: OrderDetails;
  /** The refund whose saga is shown; undefined where it is the order's own. */
  readonly refundId: string | undefined;
}

/** Chooses between the saga of an order and those of its refunds. An order without refunds has nothing to choose. */
export function SagaChoice({ order: { order_id, refunds = [] }, refundId }: SagaChoiceProperties) {
  const withSaga = refunds.filter(hasSaga);
  if (withSaga.length === 0) {
    return null;
  }
  return (
    <label class="runs">
      Of
      <select
        value={refundId ?? ''}
        onChange={({ currentTarget: { value } }) => {
          const address = value === '' ? `/orders/${order_id}` : refundSagaAddress(order_id, value);
          goTo(address, { replace: true });
        }}
      >
        <option value="">the order</option>
        {withSaga.map(({ refund_id, amount, status }) => (
          <option key={refund_id} value={refund_id}>
            the refund of {money(amount)}, {words(status)}
          </option>
        ))}
      </select>
    </label>
  );
}
