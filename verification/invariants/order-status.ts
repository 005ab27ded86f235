const OPEN = ['PENDING', 'RESERVED', 'AWAITING_PAYMENT', 'AUTHORIZED', 'PAID'] as const;
const FINISHED = ['CONFIRMED', 'REJECTED', 'CANCELLED', 'EXPIRED'] as const;

/** A status in which the saga still has work to do. */
export type OpenStatus = (typeof OPEN)[number];
/** A status that an order never leaves. */
export type FinishedStatus = (typeof FINISHED)[number];
/** Every status of an order. */
export type OrderStatus = OpenStatus | FinishedStatus | 'NEEDS_ATTENTION';

/** Every status of an order, open ones first. */
export const orderStatuses: readonly OrderStatus[] = [...OPEN, 'NEEDS_ATTENTION', ...FINISHED];

/** Whether an order in this status has come to its end. */
export function isFinished(status: OrderStatus): status is FinishedStatus {
  return (FINISHED as readonly string[]).includes(status);
}

/** Whether a word is a status of an order. */
export function isOrderStatus(word: unknown): word is OrderStatus {
  return (orderStatuses as readonly unknown[]).includes(word);
}
