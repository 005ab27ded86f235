import { useState } from 'preact/hooks';
import { announce, Decision, wholeNumber } from 'resilient-stepfunctions/console';
import type { StockItem } from '../api/answers.ts';
import { ApiError, post } from '../api/client.ts';

/** How stock is changed by hand. */
export type StockChange = 'restock' | 'correct';

/** Properties of the dialog. */
export interface StockDialogProperties {
  readonly change: StockChange;
  readonly item: StockItem;
  readonly onClose: () => void;
}

/** Adds stock of an item, or sets what is there. */
export function StockDialog({ change, item, onClose }: StockDialogProperties) {
  const isRestock = change === 'restock';
  const [count, setCount] = useState(isRestock ? 10 : item.available);
  // A request that is sent again, after a lost answer say, changes the stock once.
  const [requestKey] = useState(() => crypto.randomUUID());
  const least = isRestock ? 1 : 0;
  return (
    <Decision
      title={isRestock ? `Restock ${item.name}` : `Correct ${item.name}`}
      decision={isRestock ? 'Add to the stock' : 'Set what is there'}
      asks={{ label: 'Why', hint: isRestock ? 'Such as: delivery of Friday' : 'Such as: three were broken' }}
      onClose={onClose}
      onDecide={async (reason) => {
        if (!Number.isInteger(count) || count < least) {
          throw new ApiError(400, 'INVALID_REQUEST', `The count must be a whole number, ${least} or more.`);
        }
        const body = { id: item.id, count, reason };
        const now = await post<StockItem>(`/inventory/${change}`, body, { 'Idempotency-Key': requestKey });
        announce(`${wholeNumber(now.available)} of ${item.name} are available now.`);
      }}
    >
      <label class="field">
        <span>{isRestock ? 'How many came' : 'How many are there to be ordered'}</span>
        <input
          type="number"
          min={least}
          step={1}
          required
          value={count}
          onInput={(event) => setCount(event.currentTarget.valueAsNumber)}
        />
      </label>
      <p aria-live="polite">
        Available now {wholeNumber(item.available)}, then{' '}
        <b>{wholeNumber(isRestock ? item.available + (count || 0) : count || 0)}</b>. What is held or sold stays so.
      </p>
    </Decision>
  );
}
