import { useState } from 'preact/hooks';
import { announce, Decision } from 'resilient-stepfunctions/console';
import type { OrderDetails } from '../api/answers.ts';
import { ApiError, post } from '../api/client.ts';
import { money, shortId } from '../format.ts';

/** What can still be refunded, in minor units: refunds under way count, declined ones do not. */
export function refundableOf({ amount, refunds = [] }: OrderDetails): number {
  const asked = refunds
    .filter(({ status }) => status !== 'DECLINED')
    .reduce((sum, refund) => sum + refund.amount.value, 0);
  return (amount?.value ?? 0) - asked;
}

type Extent = 'all' | 'lines';

/** Properties of the dialog. */
export interface RefundDialogProperties {
  readonly order: OrderDetails;
  readonly onClose: () => void;
}

/** Gives money of an order back: all that is left, or some of its lines. */
export function RefundDialog({ order, onClose }: RefundDialogProperties) {
  const [extent, setExtent] = useState<Extent>('all');
  const [counts, setCounts] = useState<Readonly<Record<string, number>>>({});
  const [restock, setRestock] = useState(true);
  // A request that is sent again, after a lost answer say, refunds once.
  const [requestKey] = useState(() => crypto.randomUUID());
  const currency = order.amount?.currency;
  const left = refundableOf(order);
  const chosen = order.lines.filter(({ id }) => (counts[id] ?? 0) > 0);
  const value =
    extent === 'all' ? left : chosen.reduce((sum, { id, unit_price = 0 }) => sum + unit_price * (counts[id] ?? 0), 0);
  const shown = (minor: number) => money({ value: minor, ...(currency !== undefined && { currency }) });
  const refund = async (reason: string): Promise<void> => {
    if (value === 0) {
      throw new ApiError(400, 'INVALID_REQUEST', 'Choose at least one piece.');
    }
    const lines = chosen.map(({ id }) => ({ id, count: counts[id] ?? 0 }));
    await post(
      '/orders/refund',
      { order_id: order.order_id, restock, reason, ...(extent === 'lines' && { lines }) },
      { 'Idempotency-Key': requestKey },
    );
    announce(`${shown(value)} are being refunded.`);
  };
  return (
    <Decision
      title="Refund the order?"
      decision={`Refund ${shown(value)}`}
      asks={{ label: 'Why', hint: 'For operators. The customer does not read it.' }}
      onClose={onClose}
      onDecide={refund}
    >
      <fieldset class="choices">
        <legend class="unseen">How much</legend>
        <label>
          <input type="radio" name="extent" checked={extent === 'all'} onChange={() => setExtent('all')} />
          all that is left, {shown(left)}
        </label>
        <label>
          <input type="radio" name="extent" checked={extent === 'lines'} onChange={() => setExtent('lines')} />
          some of the pieces
        </label>
      </fieldset>
      {extent === 'lines' &&
        order.lines.map(({ id, name, count }) => (
          <label key={id} class="field">
            <span>
              {name ?? shortId(id)}, of {count}
            </span>
            <input
              type="number"
              min={0}
              max={count}
              step={1}
              value={counts[id] ?? 0}
              onInput={(event) => {
                const wanted = event.currentTarget.valueAsNumber;
                setCounts((before) => ({ ...before, [id]: Number.isInteger(wanted) ? wanted : 0 }));
              }}
            />
          </label>
        ))}
      <label class="choice">
        <input type="checkbox" checked={restock} onChange={(event) => setRestock(event.currentTarget.checked)} />
        the pieces came back and can be sold again
      </label>
      <p>
        A saga of its own {restock ? 'puts the pieces back into the stock, then ' : ''}gives the money back. The order
        stays confirmed. This cannot be undone.
      </p>
    </Decision>
  );
}
