import type { Cell } from '../cell.ts';
import type { FaultEvent } from '../faults/fault-event.ts';
import type { CustomerKind } from '../traffic/customer-kind.ts';

/** What one run of one cell left to be judged. */
export interface CellRun {
  readonly cell: Cell;
  /** ISO 8601. */
  readonly began_at: string;
  /** ISO 8601; when the last fault was over. */
  readonly healed_at: string;
  /** Of every order that its customers tried to place. */
  readonly order_ids: readonly string[];
  /** Who tried to place each. */
  readonly customers: ReadonlyMap<string, CustomerKind>;
  /** The items on its shelf, with how many pieces each was stocked. */
  readonly stocked: ReadonlyMap<string, number>;
  readonly faults: readonly FaultEvent[];
  /** Why the run broke off: an exception of chaos itself or of the stack. */
  readonly failure?: string;
}
