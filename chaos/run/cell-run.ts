import type { Cell } from '../cell.ts';
import type { FaultEvent } from '../faults/fault-event.ts';

/** What one run of one cell left to be judged. */
export interface CellRun {
  readonly cell: Cell;
  /** ISO 8601. */
  readonly began_at: string;
  /** ISO 8601; when the last fault was over. */
  readonly healed_at: string;
  /** Of every order that its customers tried to place. */
  readonly order_ids: readonly string[];
  readonly faults: readonly FaultEvent[];
}
