import type { OrderDetails } from '../api/answers.ts';
import { shortId } from '../format.ts';

/** Pieces of one item that can still be refunded. */
export interface RefundablePieces {
  readonly id: string;
  readonly name: string;
  readonly left: number;
  /** Minor units. */
  readonly unitPrice: number;
}

/** The pieces of an order that were not refunded by lines: those of refunds under way count, those of declined ones do not. */
export function refundablePieces({ lines, refunds = [] }: OrderDetails): readonly RefundablePieces[] {
  const refunded = refunds.filter(({ status }) => status !== 'DECLINED').flatMap((refund) => refund.lines ?? []);
  return lines
    .map(({ id, name, count, unit_price = 0 }) => ({
      id,
      name: name ?? shortId(id),
      left: count - countOf(refunded, id),
      unitPrice: unit_price,
    }))
    .filter(({ left }) => left > 0);
}

/** Whether pieces of an order may still come back into the stock, with money or without. */
export function hasReturnablePieces({ lines, refunds = [] }: OrderDetails): boolean {
  const returned = refunds
    .filter(
      ({ status, restock, stock_returned }) => stock_returned === true || (restock === true && status !== 'DECLINED'),
    )
    .flatMap((refund) => refund.lines ?? []);
  return lines.some(({ id, count }) => countOf(returned, id) < count);
}

function countOf(lines: readonly { readonly id: string; readonly count: number }[], itemId: string): number {
  return lines.filter(({ id }) => id === itemId).reduce((sum, { count }) => sum + count, 0);
}

/** How many pieces of each item are chosen, by the items' ids. */
export type Counts = Readonly<Record<string, number>>;

/** Properties of the choice. */
export interface RefundPiecesProperties {
  readonly pieces: readonly RefundablePieces[];
  readonly counts: Counts;
  readonly onChange: (counts: Counts) => void;
}

/** Chooses how many pieces of each item are refunded. */
export function RefundPieces({ pieces, counts, onChange }: RefundPiecesProperties) {
  return (
    <>
      {pieces.map(({ id, name, left }) => (
        <label key={id} class="field">
          <span>
            {name}, of {left}
          </span>
          <input
            type="number"
            min={0}
            max={left}
            step={1}
            value={counts[id] ?? 0}
            onInput={(event) => {
              const wanted = event.currentTarget.valueAsNumber;
              onChange({ ...counts, [id]: Number.isInteger(wanted) ? wanted : 0 });
            }}
          />
        </label>
      ))}
    </>
  );
}
