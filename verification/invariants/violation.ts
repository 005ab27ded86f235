/** The design's five invariants. */
export type Invariant =
  | 'every accepted order ends'
  | 'stock adds up'
  | 'captured once, exactly with committed stock'
  | 'nothing left behind a finished order'
  | 'no answer taken back';

/** One broken invariant, with what a person needs to look it up. */
export interface Violation {
  readonly invariant: Invariant;
  /** The order or item it is about. */
  readonly subject: { readonly order_id: string } | { readonly item_id: string };
  /** One sentence with the numbers or states that do not fit. */
  readonly finding: string;
}

/** One line for a terminal or a log. */
export function describeViolation({ invariant, subject, finding }: Violation): string {
  const what = 'order_id' in subject ? `order ${subject.order_id}` : `item ${subject.item_id}`;
  return `${invariant}: ${what}: ${finding}`;
}
