const open = ['PENDING', 'RESERVED', 'AWAITING_PAYMENT', 'AUTHORIZED', 'PAID'] as const;
const finished = ['CONFIRMED', 'REJECTED', 'CANCELLED', 'EXPIRED'] as const;

/** A status in which the saga still has work to do. */
export type OpenStatus = (typeof open)[number];
/** A status that an order never leaves. */
export type FinishedStatus = (typeof finished)[number];
/** Every status of an order. */
export type OrderStatus = OpenStatus | FinishedStatus | 'NEEDS_ATTENTION';

/** Every status of an order, open ones first. */
export const orderStatuses: readonly OrderStatus[] = [...open, 'NEEDS_ATTENTION', ...finished];

/** Whether an order in this status has come to its end. */
export function isFinished(status: OrderStatus): status is FinishedStatus {
  return (finished as readonly string[]).includes(status);
}

/** Whether a word is a status of an order. */
export function isOrderStatus(word: unknown): word is OrderStatus {
  return (orderStatuses as readonly unknown[]).includes(word);
}
