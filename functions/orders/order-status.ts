/** Every state of an order, in the order in which a good one goes through them. */
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
 * State of an order. PENDING: accepted; RESERVED: all stock held; AWAITING_PAYMENT: until `/payment/pay` or the end of
 * the payment window; AUTHORIZED: money set aside; PAID: money taken (the pivot); CONFIRMED: stock sold; REJECTED,
 * CANCELLED, EXPIRED: over, everything undone; NEEDS_ATTENTION: a step that must succeed did not.
 */
export type OrderStatus = (typeof ORDER_STATUSES)[number];

const UNDONE = ['REJECTED', 'CANCELLED', 'EXPIRED', 'NEEDS_ATTENTION'] as const;

/** The states that each state may go to, written by the state machine and by the functions together. */
export const LEGAL_TRANSITIONS: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  PENDING: ['RESERVED', ...UNDONE],
  RESERVED: ['AWAITING_PAYMENT', 'AUTHORIZED', ...UNDONE],
  AWAITING_PAYMENT: ['AUTHORIZED', ...UNDONE],
  AUTHORIZED: ['PAID', ...UNDONE],
  PAID: ['CONFIRMED', 'NEEDS_ATTENTION'],
  CONFIRMED: [],
  REJECTED: [],
  CANCELLED: [],
  EXPIRED: [],
  NEEDS_ATTENTION: ['PAID', 'CONFIRMED', 'REJECTED', 'CANCELLED', 'EXPIRED'],
};

/** True where nothing more happens to the order. */
export function isFinal(status: OrderStatus): boolean {
  return LEGAL_TRANSITIONS[status].length === 0;
}
