/** Every status of an order, in the sequence of a successful one. */
export const ORDER_STATUSES = [
  'PENDING',
  'RESERVED',
  'AWAITING_PAYMENT',
  'AUTHORIZED',
  'PAID',
  'CONFIRMED',
  'REJECTED',
  'CANCELLED',
  'EXPIRED',
  'NEEDS_ATTENTION',
] as const;

/**
 * Status of an order.
 *
 * - PENDING: accepted
 * - RESERVED: all stock is held
 * - AWAITING_PAYMENT: until `/payment/pay` or the end of the payment window
 * - AUTHORIZED: the money is set aside
 * - PAID: the money is taken (the pivot)
 * - CONFIRMED: the stock is sold
 * - REJECTED, CANCELLED, EXPIRED: over, everything is undone
 * - NEEDS_ATTENTION: a step that must succeed has used up its retries
 */
export type OrderStatus = (typeof ORDER_STATUSES)[number];

const UNDONE = ['REJECTED', 'CANCELLED', 'EXPIRED', 'NEEDS_ATTENTION'] as const;

/** The statuses that may follow each status. The state machine and the functions write them together. */
export const LEGAL_TRANSITIONS: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  PENDING: ['RESERVED', ...UNDONE],
  RESERVED: ['AWAITING_PAYMENT', 'AUTHORIZED', 'PAID', ...UNDONE],
  AWAITING_PAYMENT: ['AUTHORIZED', ...UNDONE],
  AUTHORIZED: ['PAID', ...UNDONE],
  PAID: ['CONFIRMED', 'NEEDS_ATTENTION'],
  CONFIRMED: [],
  REJECTED: [],
  CANCELLED: [],
  EXPIRED: [],
  NEEDS_ATTENTION: ['PAID', 'CONFIRMED', 'REJECTED', 'CANCELLED', 'EXPIRED'],
};

/** True where the order never changes again. */
export function isFinal(status: OrderStatus): boolean {
  return LEGAL_TRANSITIONS[status].length === 0;
}

/** Steps of the saga behind the pivot. The money of an order that is parked at one of them is taken, if it costs any. */
const BEHIND_THE_PIVOT: ReadonlySet<string | undefined> = new Set([
  'RecordFreeOrder',
  'RecordPayment',
  'CommitInventory',
  'ConfirmOrder',
]);

/** True where the step at which an order is parked lies behind the pivot. */
export function isBehindPivot(parkedStep: string | undefined): boolean {
  return BEHIND_THE_PIVOT.has(parkedStep);
}
