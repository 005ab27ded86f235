/** The invariants of the order system. */
export const INVARIANTS = [
  'every accepted order ends',
  'stock adds up',
  'captured once, exactly with committed stock',
  'never more given back than was taken',
  'nothing left behind a finished order',
  'no answer taken back',
  'webhooks are told every change, in order',
  'the record of an order fits its status',
] as const;

/** One of {@link INVARIANTS}. */
export type Invariant = (typeof INVARIANTS)[number];

/** One violated invariant, with what a person needs to look it up. */
export interface Violation {
  readonly invariant: Invariant;
  /** The order or item concerned. */
  readonly subject: { readonly order_id: string } | { readonly item_id: string };
  /** One sentence with the numbers or states that do not fit. */
  readonly finding: string;
}

/** A violation that concerns one order. */
export function orderViolation(invariant: Invariant, order_id: string, finding: string): Violation {
  return { invariant, subject: { order_id }, finding };
}

/** Stock of one item that does not add up. */
export function stockViolation(item_id: string, finding: string): Violation {
  return { invariant: 'stock adds up', subject: { item_id }, finding };
}

/** One line for a terminal or a log. */
export function describeViolation({ invariant, subject, finding }: Violation): string {
  const what = 'order_id' in subject ? `order ${subject.order_id}` : `item ${subject.item_id}`;
  return `${invariant}: ${what}: ${finding}`;
}
