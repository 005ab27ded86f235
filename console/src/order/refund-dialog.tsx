import { useState } from 'preact/hooks';
import { announce, Decision } from 'resilient-stepfunctions/console';
import type { OrderDetails } from '../api/answers.ts';
import { ApiError, post } from '../api/client.ts';
import { minorUnitsOf, money } from '../format.ts';
import { type Counts, type RefundablePieces, RefundPieces, refundablePieces } from './refund-pieces.tsx';

/** What can still be refunded, in minor units: refunds under way count, declined ones do not. */
export function refundableOf({ amount, refunds = [] }: OrderDetails): number {
  const asked = refunds
    .filter(({ status }) => status !== 'DECLINED')
    .reduce((sum, refund) => sum + refund.amount.value, 0);
  return (amount?.value ?? 0) - asked;
}

const EXTENTS = ['all', 'lines', 'amount'] as const;

type Extent = (typeof EXTENTS)[number];

/** What a person has chosen so far. */
interface Choice {
  readonly extent: Extent;
  readonly counts: Counts;
  /** As it was written. */
  readonly amount: string;
}

/** Properties of the dialog. */
export interface RefundDialogProperties {
  readonly order: OrderDetails;
  readonly onClose: () => void;
}

/** Gives money of an order back: all that is left, some of its lines, or an amount. */
export function RefundDialog({ order, onClose }: RefundDialogProperties) {
  const [choice, setChoice] = useState<Choice>({ extent: 'all', counts: {}, amount: '' });
  const [isWanted, setWanted] = useState(true);
  // A request that is sent again, after a lost answer say, refunds once.
  const [requestKey] = useState(() => crypto.randomUUID());
  const { extent, counts, amount } = choice;
  const currency = order.amount?.currency;
  const shown = (minor: number) => money({ value: minor, ...(currency !== undefined && { currency }) });
  const left = refundableOf(order);
  const pieces = refundablePieces(order);
  const value = minorUnitsChosen(choice, left, pieces, currency);
  // An amount does not say which pieces come back.
  const restock = isWanted && extent !== 'amount';
  // Where all money is given back, or the pieces were free, they may still come back.
  const isReturn = left === 0 && extent === 'all' && restock;
  const refund = async (reason: string): Promise<void> => {
    if (value === undefined || (value === 0 && !isReturn)) {
      const what =
        extent === 'amount' ? `Write an amount up to ${shown(left)}, such as 12.50.` : 'Choose at least one piece.';
      throw new ApiError(400, 'INVALID_REQUEST', what);
    }
    if (value > left) {
      throw new ApiError(400, 'INVALID_REQUEST', `${shown(value)} is more than the ${shown(left)} that are left.`);
    }
    await post(
      '/orders/refund',
      {
        order_id: order.order_id,
        restock,
        reason,
        ...(extent === 'amount' && { amount: value }),
        ...(extent === 'lines' && { lines: chosenLines(counts) }),
      },
      { 'Idempotency-Key': requestKey },
    );
    announce(isReturn ? 'The pieces are being returned.' : `${shown(value)} are being refunded.`);
  };
  const names: Readonly<Record<Extent, string>> = {
    all: `all that is left, ${shown(left)}`,
    lines: 'some of the pieces',
    amount: 'an amount',
  };
  return (
    <Decision
      title="Refund the order?"
      decision={isReturn ? 'Return the pieces' : value === undefined ? 'Refund' : `Refund ${shown(value)}`}
      asks={{ label: 'Why', hint: 'For operators. The customer does not read it.' }}
      onClose={onClose}
      onDecide={refund}
    >
      <fieldset class="choices">
        <legend class="unseen">How much</legend>
        {EXTENTS.map((each) => (
          <label key={each}>
            <input
              type="radio"
              name="extent"
              checked={extent === each}
              onChange={() => setChoice({ ...choice, extent: each })}
            />
            {names[each]}
          </label>
        ))}
      </fieldset>
      {extent === 'lines' && (
        <RefundPieces
          pieces={pieces}
          counts={counts}
          onChange={(changed) => setChoice({ ...choice, counts: changed })}
        />
      )}
      {extent === 'amount' && (
        <label class="field">
          <span>How much{currency !== undefined && `, in ${currency}`}</span>
          <input
            inputMode="decimal"
            autocomplete="off"
            value={amount}
            onInput={(event) => setChoice({ ...choice, amount: event.currentTarget.value })}
          />
          <small>At most {shown(left)}.</small>
        </label>
      )}
      {extent !== 'amount' && (
        <label class="choice">
          <input type="checkbox" checked={isWanted} onChange={(event) => setWanted(event.currentTarget.checked)} />
          the pieces came back and can be sold again
        </label>
      )}
      <p>
        {extent === 'amount'
          ? 'A saga of its own gives the money back. No piece comes back into the stock. '
          : `A saga of its own ${restock ? 'puts the pieces back into the stock, then ' : ''}gives the money back. `}
        {value !== undefined && value < left && `${shown(left - value)} can still be refunded afterwards. `}
        The order stays confirmed. This cannot be undone.
      </p>
    </Decision>
  );
}

/** What is chosen, in minor units; undefined for what is no amount. */
function minorUnitsChosen(
  { extent, counts, amount }: Choice,
  left: number,
  pieces: readonly RefundablePieces[],
  currency: string | undefined,
): number | undefined {
  switch (extent) {
    case 'all':
      return left;
    case 'lines':
      return pieces.reduce((sum, { id, unitPrice }) => sum + unitPrice * (counts[id] ?? 0), 0);
    case 'amount':
      return minorUnitsOf(amount, currency);
  }
}

function chosenLines(counts: Counts) {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([id, count]) => ({ id, count }));
}
