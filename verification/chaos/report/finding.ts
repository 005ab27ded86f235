import type { OrderSnapshot } from '../../invariants/snapshot.ts';
import { describeViolation, type Violation } from '../../invariants/violation.ts';

/** Something that should not be, with the orders whose stories may tell why. */
export interface Finding {
  readonly what: string;
  readonly order_ids: readonly string[];
  /** The item it is about, where it is about one. */
  readonly item_id?: string;
}

/** A broken invariant as a finding: one about an item is about all orders that ask for it. */
export function findingOf(violation: Violation, orders: readonly OrderSnapshot[]): Finding {
  const what = describeViolation(violation);
  const { subject } = violation;
  if ('order_id' in subject) {
    return { what, order_ids: [subject.order_id] };
  }
  const { item_id } = subject;
  const asking = orders.filter(({ lines }) => lines.some((line) => line.item_id === item_id));
  return { what, order_ids: asking.map(({ order_id }) => order_id), item_id };
}
